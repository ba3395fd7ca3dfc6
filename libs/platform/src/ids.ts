import { AttemptId, CallId, type Ids, inShard, shardOf } from '@redial/call';
import { monotonicFactory } from 'ulid';
import { type Clock, systemClock } from './async/clock.ts';

/** There is one shard today. */
const onlyShard = 0;

/**
 * Makes ids that sort by the time at which they were made. Within one process they do so even inside one millisecond.
 * Across processes 70 random bits keep them apart, without coordination.
 */
export function createIds(clock: Clock = systemClock): Ids {
  const next = monotonicFactory();
  return {
    callId: () => CallId.parse(`call_${inShard(next(clock.now()), onlyShard)}`),
    attemptId: (call) => AttemptId.parse(`att_${inShard(next(clock.now()), shardOf(call))}`),
  };
}
