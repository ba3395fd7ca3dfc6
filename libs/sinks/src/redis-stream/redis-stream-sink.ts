import type { Cdr } from '@redial/call';
import type { RedisOfAnyKey } from '@redial/platform';
import { markerKey, markerSeconds } from '../marker-key.ts';
import { redisFailure } from '../redis-failure.ts';
import type { Sink } from '../sink.ts';

export interface RedisStreamSinkOptions {
  readonly name: string;
  readonly redis: RedisOfAnyKey;
  readonly key: string;
  /** Oldest entries are trimmed beyond about this many. */
  readonly maxLength: number;
  readonly toNotification: (cdr: Cdr) => unknown;
}

/** As redis-list does: the entry first, then the marker. */
const addOnce = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'id', ARGV[2], 'type', 'cdr', 'data', ARGV[3])
redis.call('SET', KEYS[2], '1', 'EX', ARGV[4])
return 1`;

const lengthOf = `return redis.call('XLEN', KEYS[1])`;

/** A Redis stream: entries with the fields `id` (of the delivery), `type` (`cdr`) and `data` (the notification, JSON); one for each delivery id. */
export function createRedisStreamSink(options: RedisStreamSinkOptions): Sink {
  const { name, redis, key, maxLength, toNotification } = options;
  return {
    type: 'redis-stream',
    name,
    async deliver(cdr, { id }) {
      const data = JSON.stringify(toNotification(cdr));
      try {
        await redis.eval(addOnce, 2, key, markerKey(key, id), maxLength, id, data, markerSeconds);
        return { type: 'delivered' };
      } catch (error) {
        return redisFailure(error);
      }
    },
    length: async () => Number(await redis.eval(lengthOf, 1, key)),
  };
}
