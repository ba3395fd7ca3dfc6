import { script } from './script.ts';

/**
 * Takes or renews a lease.
 *
 * KEYS[1]  the lease
 * ARGV     instanceId, ms
 * Returns  1: the instanceId has it · 0: another has
 */
export const acquireLeaseScript = script(`
local instanceId = redis.call('GET', KEYS[1])
if instanceId and instanceId ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);
