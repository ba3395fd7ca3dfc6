import { script } from './script.ts';

/**
 * Gives an attempt's places and its journal slot back, unless the attempt is fenced and has not ended: then a call may be under way
 * on them, and only `settle` (or the end of the lease) gives them back. So a dialer that loses the race for the fence cannot free
 * the winner's places. Once the attempt has ended nothing is under way: places that are there then are a latecomer's.
 *
 * KEYS[1]  the attempt's record
 * KEYS[2]  the attempt's grant
 * KEYS     the places of each lane
 * ARGV     the members to remove
 * Returns  1: given back · 0: the attempt is under way
 */
export const releasePlacesScript = script(`
local found = redis.call('HMGET', KEYS[1], 'v', 'ended')
if found[1] and not found[2] then return 0 end
for i = 3, #KEYS do redis.call('ZREM', KEYS[i], unpack(ARGV)) end
local grant = redis.call('HMGET', KEYS[2], 'slotsInUse', 'slot')
if grant[1] then redis.call('ZREM', grant[1], grant[2]) end
redis.call('DEL', KEYS[2])
return 1
`);
