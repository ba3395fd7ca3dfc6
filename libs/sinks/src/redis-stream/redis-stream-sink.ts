import type { Cdr } from '@redial/call';
import type { RedisOfAnyKey } from '@redial/platform';
import { deliverByScript } from '../deliver-by-script.ts';
import { refuseKeyWithoutMarkers } from '../marker-key.ts';
import type { Sink } from '../sink.ts';

interface RedisStreamSinkOptions {
  readonly name: string;
  readonly redis: RedisOfAnyKey;
  readonly key: string;
  /** Oldest entries are trimmed beyond about this many. */
  readonly maxLength: number;
  readonly toNotification: (cdr: Cdr) => unknown;
}

const lengthOf = `return redis.call('XLEN', KEYS[1])`;

/**
 * A Redis stream: entries with the fields `id` (of the delivery), `type` (`cdr`) and `data` (the notification, JSON);
 * one for each delivery id.
 */
export function createRedisStreamSink(options: RedisStreamSinkOptions): Sink {
  const { name, redis, key, maxLength, toNotification } = options;
  refuseKeyWithoutMarkers(key);
  return {
    type: 'redis-stream',
    name,
    handover: 'at_once',
    deliver(cdr, { id }) {
      return deliverByScript(redis, {
        key,
        deliveryId: id,
        write:
          "redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'id', ARGV[2], 'type', 'cdr', 'data', ARGV[3])",
        args: [maxLength, id, JSON.stringify(toNotification(cdr))],
      });
    },
    length: async () => Number(await redis.eval(lengthOf, 1, key)),
  };
}
