import { versionRange } from '../records/documents.ts';
import { script } from './script.ts';

/**
 * Compare-and-set: runs a list of writes if every expectation holds, else nothing. All writes of calls, attempts, CDRs,
 * their indexes and deliveries go through here. So writes that belong together are built in one typed place
 * (TypeScript) and run in one step (here).
 *
 * KEYS[1]  any key of the store's hash tag: names the node
 * ARGV     number of expectations; each: kind, key, value, field
 *            call         the call's version, as the bytes that its document has behind the first
 *            attempt      the version of the open attempt; 0: there is none, nor the key that `field` names
 *            count        a number that the hash's field is less than; in the other kinds without a field it is ''
 *            idempotency  the fingerprint: the key is unused, or held with this fingerprint and not yet answered
 *            value        the key's whole value; '': it does not exist
 *            members      the most members that the sorted sets have together; field: the ends of their names
 *          then the writes, each: number of words, words
 * Returns  0: written · {n, found}: expectation n did not hold, nothing was written; found: the counted number, else 0
 *
 * Redis does not undo a script's writes when a later one raises an error, so no write here may be able to fail. The
 * types of keys are fixed in keys.ts. A Redis that is out of memory refuses a script at its first write, not in the
 * middle. Only PUBLISH may be refused (a Redis user without the channel), and is then skipped: hints may be lost,
 * writes may not.
 */
export const commitScript = script(`
local expectations = tonumber(ARGV[1])
local at = 2
for n = 1, expectations do
  local kind, key, value, field = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  at = at + 4
  local holds
  local found = 0
  if kind == 'call' then
    holds = redis.call('GETRANGE', key, ${versionRange.first}, ${versionRange.last}) == value
  elseif kind == 'attempt' then
    holds = (redis.call('HGET', key, 'v') or '0') == value and (value ~= '0' or redis.call('EXISTS', field) == 0)
  elseif kind == 'count' then
    found = tonumber(redis.call('HGET', key, field) or 0)
    holds = found < tonumber(value)
  elseif kind == 'value' then
    holds = (redis.call('GET', key) or '') == value
  elseif kind == 'members' then
    for name in string.gmatch(field, '%S+') do found = found + redis.call('ZCARD', key .. name) end
    holds = found <= tonumber(value)
  else
    local held = redis.call('HMGET', key, 'fingerprint', 'reply')
    holds = (not held[1] or held[1] == value) and not held[2]
  end
  if not holds then return {n, found} end
end
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  local run = ARGV[at + 1] == 'PUBLISH' and redis.pcall or redis.call
  run(unpack(ARGV, at + 1, at + words))
  at = at + words + 1
end
return 0
`);
