import { script } from './script.ts';

/**
 * Gives back the places of one leg, whose last channel has ended while the other leg goes on; by this fence only, and not once the attempt has
 * ended: then all were given back, and what is there now may be somebody else's.
 *
 * KEYS[1]  the attempt's record
 * KEYS     the places of each of the leg's lanes
 * ARGV     the mark of the fence ('': none), the members to remove, one for each lane
 * Returns  1: given back · 0: it has ended, or is another fence's
 */
export const releaseLegScript = script(`
local found = redis.call('HMGET', KEYS[1], 'v', 'ended', 'doc')
if not found[1] or found[2] then return 0 end
local isRead, record = pcall(cjson.decode, found[3] or '')
if not isRead or (record.fencedBy or '') ~= ARGV[1] then return 0 end
for i = 2, #KEYS do redis.call('ZREM', KEYS[i], ARGV[i]) end
return 1
`);
