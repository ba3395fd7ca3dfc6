import { script } from './script.ts';

/**
 * The first use of an idempotency key, or the result of an earlier use. The mark of a first use expires, so that a dead
 * process does not block the key. `acceptCalls` checks the key again in the step that writes the calls: a slow first
 * request cannot write beside a second one.
 *
 * KEYS[1]  the key (hash: fingerprint, reply)
 * ARGV     fingerprint, ms until an unanswered first use is forgotten
 * Returns  {'first'} · {'mismatch'} · {'in_flight'} · {'replay', reply}
 */
export const beginIdempotencyScript = script(`
local found = redis.call('HMGET', KEYS[1], 'fingerprint', 'reply')
if not found[1] then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return {'first'}
end
if found[1] ~= ARGV[1] then return {'mismatch'} end
if found[2] then return {'replay', found[2]} end
return {'in_flight'}
`);

/**
 * Frees an unanswered key. An answered one, or one that is held with another body, stays.
 *
 * KEYS[1]  the key
 * ARGV     fingerprint
 * Returns  1: freed · 0: unchanged
 */
export const abandonIdempotencyScript = script(`
local found = redis.call('HMGET', KEYS[1], 'fingerprint', 'reply')
if found[1] ~= ARGV[1] or found[2] then return 0 end
return redis.call('DEL', KEYS[1])
`);
