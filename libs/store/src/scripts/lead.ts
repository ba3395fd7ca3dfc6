import { script } from './script.ts';

/**
 * Takes or renews a lease.
 *
 * KEYS[1]  the lease
 * ARGV     holder, ms
 * Returns  1: the holder has it · 0: another has
 */
export const leadScript = script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);
