import { type Call, stepCall } from '@redial/call';
import type { Clock, Logger } from '@redial/platform';
import type { CallStore } from '@redial/store';
import pTimeout from 'p-timeout';

export interface RollBackPorts {
  readonly store: Pick<CallStore, 'updateCall'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** The client waits meanwhile. */
const rollBackMs = 1_500;

export const takenBackReason = 'not accepted: Redis did not confirm it in time, and its client was told so';

/**
 * Cancels calls that were not reported as accepted. It compares and sets: a call that has changed since, for example by a dialer's
 * claim, stays as it is. Best effort, because Redis has just been slow. A cancel without a reply may have happened or not, and then the
 * call is dialled. Jobs that are already on the queue find a call that has ended. Never rejects.
 */
export async function rollBack(
  { store, clock, logger }: RollBackPorts,
  calls: readonly Call[],
  version: number,
): Promise<void> {
  const at = clock.now();
  let takenBack = 0;
  const cancel = async (call: Call): Promise<void> => {
    const { call: canceled } = stepCall(call, { type: 'cancel', at, reason: takenBackReason });
    const written = await store.updateCall({ value: call, version }, canceled).catch(() => undefined);
    if (written?.ok) takenBack++;
  };
  await pTimeout(Promise.all(calls.map(cancel)), { milliseconds: rollBackMs, fallback: () => undefined });
  logger.warn({ calls: calls.length, takenBack }, 'calls that were not confirmed in time were taken back');
}
