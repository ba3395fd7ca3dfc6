import { script } from './script.ts';

/**
 * The PBXs that have open attempts. A PBX without any leaves the set in the same step: a claim that comes a moment
 * later adds it again.
 *
 * KEYS[1]  the set of PBXs
 * ARGV[1]  the prefix of the key of a PBX's open attempts
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
