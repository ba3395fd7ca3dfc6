import { script } from './script.ts';

/**
 * Releases the permits of one leg, whose last channel has ended while the other leg goes on. Only this claim may do it,
 * and only until the attempt has ended: then all were released, and present ones may belong to another attempt.
 *
 * KEYS[1]  the open attempt
 * KEYS     the permits of each of the leg's limits
 * ARGV     the mark of the claim ('': none), the members to remove, one for each limit
 * Returns  1: released · 0: it has ended, or has another claim
 */
export const releaseLegScript = script(`
if redis.call('HGET', KEYS[1], 'claim') ~= ARGV[1] then return 0 end
for i = 2, #KEYS do redis.call('ZREM', KEYS[i], ARGV[i]) end
return 1
`);
