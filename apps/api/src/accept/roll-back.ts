import { type Call, stepCall } from '@redial/call';
import type { Clock, Logger } from '@redial/platform';
import type { CallStore } from '@redial/store';
import pTimeout from 'p-timeout';

interface RollBackPorts {
  readonly store: Pick<CallStore, 'updateCall'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** The client waits meanwhile. */
const rollBackMs = 1_500;

export const rolledBackReason = 'not accepted: Redis did not confirm it in time, and the request was answered 503';

/**
 * Cancels calls that were not reported as accepted. It compares and sets: a call that has changed since, for example by
 * a dialer's claim, stays as it is. Best effort, because Redis has just been slow. A cancel without a reply may have
 * happened or not, and then the call is dialled. Jobs that are already on the queue find a call that has ended. Never
 * rejects.
 */
export async function rollBack(
  { store, clock, logger }: RollBackPorts,
  calls: readonly Call[],
  version: number,
): Promise<void> {
  const at = clock.now();
  let rolledBack = 0;
  const cancel = async (call: Call): Promise<void> => {
    const { call: canceled } = stepCall(call, { type: 'cancel', at, reason: rolledBackReason });
    const written = await store.updateCall({ value: call, version }, canceled).catch(() => undefined);
    if (written?.ok) rolledBack++;
  };
  await pTimeout(Promise.all(calls.map(cancel)), { milliseconds: rollBackMs, fallback: () => undefined });
  logger.warn({ calls: calls.length, rolledBack }, 'calls that were not confirmed in time were rolled back');
}
