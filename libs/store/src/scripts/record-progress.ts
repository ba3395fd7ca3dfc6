import { script } from './script.ts';

/**
 * Notes when an attempt rang or was answered, beside its document: the version stays, so progress never makes `settle` lose.
 *
 * KEYS[1]  the attempt
 * ARGV     field, instant
 * Returns  1: noted · 0: no such attempt, it has ended, or it was noted before
 */
export const recordProgressScript = script(`
local found = redis.call('HMGET', KEYS[1], 'v', 'ended')
if not found[1] or found[2] then return 0 end
return redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
`);
