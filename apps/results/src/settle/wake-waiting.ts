import { type AttemptId, isPhoneLimit, isPlanned, kindOfLimit } from '@redial/call';
import type { Clock, Logger } from '@redial/platform';
import { dialOrder, type Queues } from '@redial/queue';
import type { CallStore, PermitStore } from '@redial/store';

interface WakePorts {
  readonly store: Pick<PermitStore, 'nextWaiting'> & Pick<CallStore, 'readCall'>;
  readonly queues: Pick<Queues, 'dial'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How many calls that are over or already dialled are skipped at one limit. The rest is left to its own next check. */
const triesMax = 20;

/**
 * An attempt, or a leg that ended before the other, has released its permits. For each of its phones, the call that has
 * waited longest is dialled now. This is only a hint: a call that is not woken checks again within half a minute.
 * Trunks and PBXs have their own pace, and no call waits at them. Never rejects.
 */
export async function wakeWaiting(
  ports: WakePorts,
  { attemptId, limits }: { readonly attemptId: AttemptId; readonly limits: readonly string[] },
): Promise<void> {
  try {
    await wakeFirstOfEach(ports, limits);
  } catch (error) {
    ports.logger.warn(
      { attemptId, error },
      'calls that wait for its phones were not woken; they check again by themselves',
    );
  }
}

async function wakeFirstOfEach({ store, queues, clock }: WakePorts, limits: readonly string[]): Promise<void> {
  let free = limits.filter((limit) => isPhoneLimit(kindOfLimit(limit)));
  for (let tried = 0; tried < triesMax && free.length > 0; tried++) {
    const woken = await Promise.all(free.map((limit) => wakeFirst(limit)));
    free = free.filter((_limit, i) => woken[i] === 'over');
  }

  async function wakeFirst(limit: string): Promise<'woken' | 'empty' | 'over'> {
    const callId = await store.nextWaiting(limit);
    if (callId === undefined) return 'empty';
    const call = (await store.readCall(callId))?.value;
    if (call === undefined || !isPlanned(call.state) || call.state.nextGateCheckAt === undefined) return 'over';
    await queues.dial.move(dialOrder(call, { ...call.state, nextGateCheckAt: clock.now() }));
    return 'woken';
  }
}
