import { script } from './script.ts';

/**
 * Gives back the permits of one leg, whose last channel has ended while the other leg goes on; by this claim only, and not once the attempt has
 * ended: then all were given back, and what is there now may be somebody else's.
 *
 * KEYS[1]  the open attempt
 * KEYS     the permits of each of the leg's limits
 * ARGV     the mark of the claim ('': none), the members to remove, one for each limit
 * Returns  1: given back · 0: it has ended, or is another claim's
 */
export const releaseLegScript = script(`
if redis.call('HGET', KEYS[1], 'claim') ~= ARGV[1] then return 0 end
for i = 2, #KEYS do redis.call('ZREM', KEYS[i], ARGV[i]) end
return 1
`);
