import { script } from './script.ts';

/**
 * Gives a lease back, unless it is another's by now.
 *
 * KEYS[1]  the lease
 * ARGV     holder
 * Returns  1: it was the holder's · 0: it was not
 */
export const resignScript = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);
