import { script } from './script.ts';

/**
 * Releases an attempt's permits and its journal slot, unless the attempt is claimed and has not ended. Then a call may
 * be under way on them, and only `settle` (or the end of the lease) releases them. So a dialer that loses the race for
 * the claim cannot free the winner's permits. The claim does not name what the loser took on another PBX's limit, so it
 * is released here. Once the attempt has ended nothing is under way: remaining permits belong to a late second job.
 *
 * KEYS[1]  the open attempt
 * KEYS[2]  the attempt's grant
 * KEYS     the permits of each limit
 * ARGV     the name of each limit; the members to remove
 * Returns  1: released · 0: the attempt is under way
 */
export const releasePermitsScript = script(`
local limits = redis.call('HGET', KEYS[1], 'limits')
local isInFlight = limits ~= false
local winners = {}
for limit in string.gmatch(limits or '', '[^\\n]+') do winners[limit] = true end
for i = 3, #KEYS do
  if not winners[ARGV[i - 2]] then redis.call('ZREM', KEYS[i], unpack(ARGV, #KEYS - 1)) end
end
if isInFlight then return 0 end
local grant = redis.call('HMGET', KEYS[2], 'slotsInUse', 'slot')
if grant[1] then redis.call('ZREM', grant[1], grant[2]) end
redis.call('DEL', KEYS[2])
return 1
`);
