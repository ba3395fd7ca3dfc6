import { script } from './script.ts';

/**
 * Writes an attempt's progress beside its document. The version stays, so progress never makes `settle` lose. Where a
 * client waits for the call (`awaited` names it), a hint is published; a refused PUBLISH is skipped, as in commit.ts.
 *
 * KEYS[1]  the open attempt
 * ARGV     field, value, the channel for hints ('': this phase has none)
 * Returns  1: written · 0: no such attempt, it has ended, or it was written before
 */
export const recordProgressScript = script(`
local found = redis.call('HMGET', KEYS[1], 'v', 'awaited')
if not found[1] then return 0 end
local noted = redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
if noted == 1 and found[2] and ARGV[3] ~= '' then redis.pcall('PUBLISH', ARGV[3], found[2]) end
return noted
`);
