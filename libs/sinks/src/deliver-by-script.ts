import type { RedisOfAnyKey } from '@redial/platform';
import { markerKey, markerSeconds } from './marker-key.ts';
import type { SinkResult } from './sink.ts';

/**
 * Runs `write`, a Lua statement that adds one entry to KEYS[1] from ARGV, unless the marker of this delivery exists,
 * and sets the marker. So each delivery id is added exactly once, however often it is tried. The entry comes first: if
 * the key has another type the script ends there, and no marker states that the CDR was delivered.
 */
export async function deliverByScript(
  redis: RedisOfAnyKey,
  { key, deliveryId, write, args }: DeliverByScript,
): Promise<SinkResult> {
  const script = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
${write}
redis.call('SET', KEYS[2], '1', 'EX', ARGV[#ARGV])
return 1`;
  try {
    await redis.eval(script, 2, key, markerKey(key, deliveryId), ...args, markerSeconds);
    return { type: 'delivered' };
  } catch (error) {
    return { type: 'failed', error: describe(error), retry: { type: 'unlimited' } };
  }
}

interface DeliverByScript {
  readonly key: string;
  readonly deliveryId: string;
  readonly write: string;
  readonly args: readonly (string | number)[];
}

/** Redis' own error code, such as `WRONGTYPE`: the rest of its message may hold a key. */
function describe(error: unknown): string {
  const code = error instanceof Error ? /^[A-Z][A-Z0-9]{2,}(?= )/.exec(error.message)?.[0] : undefined;
  return code === undefined ? 'Redis did not answer' : `Redis says ${code}`;
}
