import { script } from './script.ts';

/**
 * Takes permits on every limit, or on none.
 *
 * A limit's permits are leases: a sorted set of `<attempt>#<n>`, scored by the end of the lease. So permits of a dead
 * process become free by themselves. A limit's rate is GCRA without burst: `tat` is the earliest instant of the next
 * start.
 *
 * A refused attempt gets the time of its next try, each waiter one start interval after the one before (`wait`). So a
 * crowd that is due at one instant returns at the limit's own pace. Past the window it wraps, so that a crowd that has
 * gone delays later attempts only briefly. A repeated request of the same attempt gets the same answer and takes
 * nothing more, until the granted start is over. Without that end, many grants of one dead dialer would all start at
 * once. The same holds for refusals: the limit's answer is kept in the attempt's grant until that time. Until then
 * `wait` does not move again for this attempt, however many PBXs it tries.
 *
 * A journal slot is a running number, but never one in use: a talk may outlast a whole round of them. Where none of the
 * examined slots is free, the first limit counts as full, and the next request examines further ones.
 *
 * A limit without a pace (an extension, a number) has one to a few permits, and the end of a talk is not known. A
 * refused call enters its waiting list: a released permit wakes the first one. It also tries again by its own timer.
 * There are many such limits, so their data expire.
 *
 * An attempt that has a record was claimed, and may be in flight on its permits. They are not touched, and a second
 * job of it gets none.
 *
 * KEYS[1]  the PBX's slot counter
 * KEYS[2]  the PBX's slots in use
 * KEYS[3]  the attempt's grant (hash: startAt, slot, slotsInUse: KEYS[2]; for each limit's pace: the time of its
 *          refusal)
 * KEYS[4]  the open attempt
 * KEYS[5]  the ended attempt
 * KEYS     per limit: its permits, its pace (hash: tat, wait), its waiting list
 * ARGV     attempt id, now, lease ms, horizon ms, ms after its start for which a grant is valid, ms until a full limit
 *          is tried again, window ms, slots, slots examined, the waiter ('': none), its order, seconds for which the
 *          data of a limit without a pace are kept; per limit: permits, most calls, ms between starts (0: no pace)
 * Returns  {1, startAt, slot} or {0, limit (1 = first), 'calls' | 'rate', retryAt}
 */
export const acquirePermitsScript = script(`
local attempt = ARGV[1]
local now, lease, horizon = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local grace, fullRetry, window = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local slots, looks = tonumber(ARGV[8]), tonumber(ARGV[9])
local waiter, order, keep = ARGV[10], ARGV[11], ARGV[12]
-- The interval between two waiters of a limit without a pace.
local unpacedSpacing = 1000

if redis.call('EXISTS', KEYS[4], KEYS[5]) > 0 then return {0, 1, 'calls', now} end

local limits = {}
for i = 13, #ARGV, 3 do
  local n = #limits
  limits[n + 1] = {
    permits = KEYS[6 + 3 * n], pace = KEYS[7 + 3 * n], waiting = KEYS[8 + 3 * n],
    wanted = tonumber(ARGV[i]), most = tonumber(ARGV[i + 1]), interval = tonumber(ARGV[i + 2]),
  }
end

local function each(visit)
  for _, limit in ipairs(limits) do
    for n = 1, limit.wanted do visit(limit, attempt .. '#' .. n) end
  end
end

local grant = redis.call('HMGET', KEYS[3], 'startAt', 'slot', 'slotsInUse')
if grant[1] and tonumber(grant[1]) + grace >= now then
  local whole = true
  each(function(limit, permit)
    local till = redis.call('ZSCORE', limit.permits, permit)
    if not till or tonumber(till) <= now then whole = false end
  end)
  if whole then return {1, tonumber(grant[1]), tonumber(grant[2])} end
end

-- The rest of an older or expired grant is released. Another attempt may hold its slot by now: then its lease has another end.
if grant[1] then
  local till = redis.call('ZSCORE', grant[3], grant[2])
  if till and tonumber(till) == math.ceil(tonumber(grant[1]) + lease) then redis.call('ZREM', grant[3], grant[2]) end
end
redis.call('HDEL', KEYS[3], 'startAt', 'slot', 'slotsInUse')
each(function(limit, permit) redis.call('ZREM', limit.permits, permit) end)
for _, limit in ipairs(limits) do redis.call('ZREMRANGEBYSCORE', limit.permits, '-inf', now) end

local function refuse(i, reason, earliest)
  local limit = limits[i]
  if limit.interval == 0 and waiter ~= '' then
    redis.call('ZADD', limit.waiting, order, waiter)
    redis.call('EXPIRE', limit.waiting, keep)
  end
  local promisedAt = tonumber(redis.call('HGET', KEYS[3], limit.pace) or 0)
  if promisedAt > now then return {0, i, reason, promisedAt} end
  local retryAt = math.max(tonumber(redis.call('HGET', limit.pace, 'wait') or 0), earliest)
  if retryAt >= earliest + window then retryAt = earliest + (retryAt - earliest) % window end
  redis.call('HSET', limit.pace, 'wait', string.format('%.3f', retryAt + (limit.interval > 0 and limit.interval * limit.wanted or unpacedSpacing)))
  if limit.interval == 0 then redis.call('EXPIRE', limit.pace, keep) end
  retryAt = math.ceil(retryAt)
  redis.call('HSET', KEYS[3], limit.pace, retryAt)
  local kept = math.ceil(retryAt - now)
  if redis.call('PTTL', KEYS[3]) < kept then redis.call('PEXPIRE', KEYS[3], kept) end
  return {0, i, reason, retryAt}
end

for i, limit in ipairs(limits) do
  if redis.call('ZCARD', limit.permits) + limit.wanted > limit.most then return refuse(i, 'calls', now + fullRetry) end
end

local startAt, slowest = now, 1
for i, limit in ipairs(limits) do
  local tat = limit.interval > 0 and tonumber(redis.call('HGET', limit.pace, 'tat') or 0) or 0
  -- No clock that differs by seconds grants a start so far ahead: the clock was set back since. The limit starts anew, or every call
  -- would wait for that long.
  if tat > now + horizon + limit.interval * limit.wanted + 10000 then tat = 0 end
  if tat > startAt then startAt, slowest = tat, i end
end
if startAt - now > horizon then return refuse(slowest, 'rate', startAt - horizon) end

redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local slot, counter = nil, tonumber(redis.call('GET', KEYS[1]) or 0)
for _ = 1, looks do
  local candidate = counter % slots
  counter = counter + 1
  if not redis.call('ZSCORE', KEYS[2], candidate) then
    slot = candidate
    break
  end
end
redis.call('SET', KEYS[1], string.format('%.0f', counter))
if not slot then return refuse(1, 'calls', now + fullRetry) end

local till = math.ceil(startAt + lease)
each(function(limit, permit) redis.call('ZADD', limit.permits, till, permit) end)
for _, limit in ipairs(limits) do
  if limit.interval > 0 then
    redis.call('HSET', limit.pace, 'tat', string.format('%.3f', startAt + limit.interval * limit.wanted))
  else
    redis.call('EXPIRE', limit.permits, keep)
    if waiter ~= '' then redis.call('ZREM', limit.waiting, waiter) end
  end
end
redis.call('ZADD', KEYS[2], till, slot)
redis.call('DEL', KEYS[3])
redis.call('HSET', KEYS[3], 'startAt', math.ceil(startAt), 'slot', slot, 'slotsInUse', KEYS[2])
redis.call('PEXPIRE', KEYS[3], math.ceil(till - now))
return {1, math.ceil(startAt), slot}
`);
