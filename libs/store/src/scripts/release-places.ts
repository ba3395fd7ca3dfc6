import { script } from './script.ts';

/**
 * Gives an attempt's places and its journal slot back, unless the attempt is fenced and has not ended: then a call may be under way
 * on them, and only `settle` (or the end of the lease) gives them back. So a dialer that loses the race for the fence cannot free
 * the winner's places; what it had taken on another PBX's lane the fence does not name, and nobody else would give back. Once the attempt
 * has ended nothing is under way: places that are there then are a latecomer's.
 *
 * KEYS[1]  the attempt's record
 * KEYS[2]  the attempt's grant
 * KEYS     the places of each lane
 * ARGV     the name of each lane; the members to remove
 * Returns  1: given back · 0: the attempt is under way
 */
export const releasePlacesScript = script(`
local found = redis.call('HMGET', KEYS[1], 'v', 'ended', 'doc')
local isUnderWay = found[1] and not found[2]
local winners = {}
if isUnderWay then
  local isRead, record = pcall(cjson.decode, found[3] or '')
  if not isRead then return 0 end
  for _, lane in ipairs(record.lanes) do winners[lane] = true end
end
for i = 3, #KEYS do
  if not winners[ARGV[i - 2]] then redis.call('ZREM', KEYS[i], unpack(ARGV, #KEYS - 1)) end
end
if isUnderWay then return 0 end
local grant = redis.call('HMGET', KEYS[2], 'slotsInUse', 'slot')
if grant[1] then redis.call('ZREM', grant[1], grant[2]) end
redis.call('DEL', KEYS[2])
return 1
`);
