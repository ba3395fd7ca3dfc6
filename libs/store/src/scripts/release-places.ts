import { script } from './script.ts';

/**
 * Gives an attempt's places back, unless the attempt has been fenced: then a call may be under way on them, and only `settle` (or
 * the end of the lease) gives them back. So a dialer that loses the race for the fence cannot free the winner's places.
 *
 * KEYS[1]  the attempt's record
 * KEYS[2]  the attempt's grant
 * KEYS     the places of each lane
 * ARGV     the members to remove
 * Returns  1: given back · 0: the attempt is fenced
 */
export const releasePlacesScript = script(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for i = 3, #KEYS do redis.call('ZREM', KEYS[i], unpack(ARGV)) end
redis.call('DEL', KEYS[2])
return 1
`);
