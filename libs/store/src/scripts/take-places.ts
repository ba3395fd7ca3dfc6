import { script } from './script.ts';

/**
 * Takes places on every lane, or on none.
 *
 * A lane's places are leases: a sorted set of `<attempt>#<n>` scored by the instant at which the lease runs out, so that places of
 * a process that died come back by themselves. Its rate is GCRA without burst: `tat` is the earliest instant of the next start.
 * Who is refused is told when to ask again, each waiter one start interval after the one before (`wait`), so that a crowd that is due
 * at one instant comes back at the lane's own pace; past the window it wraps, so that a crowd that went away delays nobody for long.
 * Asked again for the same attempt, it answers the same and takes nothing.
 *
 * KEYS[1]  the PBX's slot counter
 * KEYS[2]  the attempt's grant (hash: startAt, slot)
 * KEYS     per lane: its places, its pace (hash: tat, wait)
 * ARGV     attempt id, now, lease ms, horizon ms, ms before a full lane is asked again, window ms, slots;
 *          per lane: places, most calls, ms between starts
 * Returns  {1, startAt, slot} or {0, lane (1 = first), 'calls' | 'rate', retryAt}
 */
export const takePlacesScript = script(`
local attempt = ARGV[1]
local now, lease, horizon = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local fullRetry, window, slots = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local lanes = {}
for i = 8, #ARGV, 3 do
  local n = #lanes
  lanes[n + 1] = {
    places = KEYS[3 + 2 * n], pace = KEYS[4 + 2 * n],
    wanted = tonumber(ARGV[i]), most = tonumber(ARGV[i + 1]), interval = tonumber(ARGV[i + 2]),
  }
end

local function each(visit)
  for _, lane in ipairs(lanes) do
    for n = 1, lane.wanted do visit(lane, attempt .. '#' .. n) end
  end
end

local grant = redis.call('HMGET', KEYS[2], 'startAt', 'slot')
if grant[1] then
  local whole = true
  each(function(lane, place)
    local till = redis.call('ZSCORE', lane.places, place)
    if not till or tonumber(till) <= now then whole = false end
  end)
  if whole then return {1, tonumber(grant[1]), tonumber(grant[2])} end
end

-- What is left of an older grant, or has run out, is free.
each(function(lane, place) redis.call('ZREM', lane.places, place) end)
for _, lane in ipairs(lanes) do redis.call('ZREMRANGEBYSCORE', lane.places, '-inf', now) end

local function refuse(i, reason, earliest)
  local lane = lanes[i]
  local retryAt = math.max(tonumber(redis.call('HGET', lane.pace, 'wait') or 0), earliest)
  if retryAt >= earliest + window then retryAt = earliest + (retryAt - earliest) % window end
  redis.call('HSET', lane.pace, 'wait', string.format('%.3f', retryAt + lane.interval * lane.wanted))
  return {0, i, reason, math.ceil(retryAt)}
end

for i, lane in ipairs(lanes) do
  if redis.call('ZCARD', lane.places) + lane.wanted > lane.most then return refuse(i, 'calls', now + fullRetry) end
end

local startAt, slowest = now, 1
for i, lane in ipairs(lanes) do
  local tat = tonumber(redis.call('HGET', lane.pace, 'tat') or 0)
  if tat > startAt then startAt, slowest = tat, i end
end
if startAt - now > horizon then return refuse(slowest, 'rate', startAt - horizon) end

each(function(lane, place) redis.call('ZADD', lane.places, math.ceil(startAt + lease), place) end)
for _, lane in ipairs(lanes) do
  redis.call('HSET', lane.pace, 'tat', string.format('%.3f', startAt + lane.interval * lane.wanted))
end
local slot = (redis.call('INCR', KEYS[1]) - 1) % slots
redis.call('HSET', KEYS[2], 'startAt', math.ceil(startAt), 'slot', slot)
redis.call('PEXPIRE', KEYS[2], math.ceil(startAt - now + lease))
return {1, math.ceil(startAt), slot}
`);
