import { AttemptId, CallId, type Ids } from '@redial/call';
import { monotonicFactory } from 'ulid';
import { type Clock, systemClock } from './async/clock.ts';

/**
 * Makes ids that sort by the time they were made, within one process even inside one millisecond. Across processes the 80 random
 * bits keep them apart: nothing is coordinated.
 */
export function createIds(clock: Clock = systemClock): Ids {
  const next = monotonicFactory();
  return {
    callId: () => CallId.parse(`call_${next(clock.now())}`),
    attemptId: () => AttemptId.parse(`att_${next(clock.now())}`),
  };
}

/** This process's own. */
export const systemIds: Ids = createIds();
