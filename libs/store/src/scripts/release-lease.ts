import { script } from './script.ts';

/**
 * Releases a lease, unless another holds it by now.
 *
 * KEYS[1]  the lease
 * ARGV     instanceId
 * Returns  1: it was the instanceId's · 0: it was not
 */
export const releaseLeaseScript = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);
