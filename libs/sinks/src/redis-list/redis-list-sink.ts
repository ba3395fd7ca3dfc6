import type { Cdr } from '@redial/call';
import type { RedisOfAnyKey } from '@redial/platform';
import { markerKey, markerSeconds } from '../marker-key.ts';
import { redisFailure } from '../redis-failure.ts';
import type { Sink } from '../sink.ts';

export interface RedisListSinkOptions {
  readonly name: string;
  readonly redis: RedisOfAnyKey;
  /** One list per consumer: whoever pops an entry takes it from everybody else. */
  readonly key: string;
  /** The side that is pushed; the consumer pops from the other. */
  readonly push: 'left' | 'right';
  readonly toNotification: (cdr: Cdr) => unknown;
}

/**
 * Pushes only if the marker is new. The push comes first: where the key is of another type the script ends there, and nothing marks
 * that it was delivered.
 */
const pushOnce = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call(ARGV[1], KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], '1', 'EX', ARGV[3])
return 1`;

const lengthOf = `return redis.call('LLEN', KEYS[1])`;

/** A Redis list, pushed exactly once for each delivery id, however often it is tried. */
export function createRedisListSink({ name, redis, key, push, toNotification }: RedisListSinkOptions): Sink {
  const command = push === 'left' ? 'LPUSH' : 'RPUSH';
  return {
    type: 'redis-list',
    name,
    async deliver(cdr, { id }) {
      const entry = JSON.stringify(toNotification(cdr));
      try {
        await redis.eval(pushOnce, 2, key, markerKey(key, id), command, entry, markerSeconds);
        return { type: 'delivered' };
      } catch (error) {
        return redisFailure(error);
      }
    },
    length: async () => Number(await redis.eval(lengthOf, 1, key)),
  };
}
