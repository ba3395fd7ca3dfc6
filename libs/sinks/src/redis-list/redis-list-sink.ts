import type { Cdr } from '@redial/call';
import type { RedisOfAnyKey } from '@redial/platform';
import { deliverByScript } from '../deliver-by-script.ts';
import { refuseKeyWithoutMarkers } from '../marker-key.ts';
import type { Sink } from '../sink.ts';

interface RedisListSinkOptions {
  readonly name: string;
  readonly redis: RedisOfAnyKey;
  /** One list for each consumer: a popped entry is gone for all others. */
  readonly key: string;
  /** The side that is pushed. The consumer pops from the other. */
  readonly push: 'left' | 'right';
  readonly toNotification: (cdr: Cdr) => unknown;
}

const lengthOf = `return redis.call('LLEN', KEYS[1])`;

/** A Redis list: one entry for each delivery id. */
export function createRedisListSink({ name, redis, key, push, toNotification }: RedisListSinkOptions): Sink {
  refuseKeyWithoutMarkers(key);
  const command = push === 'left' ? 'LPUSH' : 'RPUSH';
  return {
    type: 'redis-list',
    name,
    handover: 'at_once',
    deliver(cdr, { id: deliveryId }) {
      return deliverByScript(redis, {
        key,
        deliveryId,
        write: 'redis.call(ARGV[1], KEYS[1], ARGV[2])',
        args: [command, JSON.stringify(toNotification(cdr))],
      });
    },
    length: async () => Number(await redis.eval(lengthOf, 1, key)),
  };
}
