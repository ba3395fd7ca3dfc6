import { script } from './script.ts';

/**
 * The PBXs that have open attempts. One that has none (any more) leaves the set here, in the same step in which that is seen: a claim
 * that comes a moment later puts it back.
 *
 * KEYS[1]  the set of PBXs
 * ARGV[1]  what the name of a PBX's open attempts begins with
 * Returns  their names
 */
export const pbxsWithOpenScript = script(`
local found = {}
for _, pbx in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if redis.call('EXISTS', ARGV[1] .. pbx) == 1 then
    found[#found + 1] = pbx
  else
    redis.call('SREM', KEYS[1], pbx)
  end
end
return found
`);
