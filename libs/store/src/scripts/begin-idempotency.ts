import { script } from './script.ts';

/**
 * First use of an idempotency key, or what became of it. The mark of a first use expires, so that a process that died with it does
 * not block the key; `acceptCalls` checks the key again in the step that writes the calls, so a slow first cannot write beside a second.
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
 * Gives an unanswered key back. An answered one, or one that is held with another body, is left.
 *
 * KEYS[1]  the key
 * ARGV     fingerprint
 * Returns  1: given back · 0: left
 */
export const abandonIdempotencyScript = script(`
local found = redis.call('HMGET', KEYS[1], 'fingerprint', 'reply')
if found[1] ~= ARGV[1] or found[2] then return 0 end
return redis.call('DEL', KEYS[1])
`);
