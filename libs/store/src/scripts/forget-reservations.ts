import { script } from './script.ts';

/**
 * Removes the reservations without any recorded call. Each other one is checked again when the last of its records
 * expires. An open call's record does not expire, so its reservation is checked again after a whole retention.
 *
 * KEYS[1]  members of all reservations, by the instant of their next check
 * ARGV     now, most reservations, the retention (ms), the prefix of a reservation's key, and that of a call's key
 * Returns  how many were checked
 */
export const forgetReservationsScript = script(`
local now, retention = tonumber(ARGV[1]), tonumber(ARGV[3])
local members = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[2])
for _, member in ipairs(members) do
  local kept = 0
  for id in string.gmatch(redis.call('GET', ARGV[4] .. member) or '', '%S+') do
    local ttl = redis.call('PTTL', ARGV[5] .. id)
    if ttl == -1 then ttl = retention end
    kept = math.max(kept, ttl)
  end
  if kept > 0 then
    redis.call('ZADD', KEYS[1], string.format('%.0f', now + kept), member)
  else
    redis.call('DEL', ARGV[4] .. member)
    redis.call('ZREM', KEYS[1], member)
  end
end
return #members
`);
