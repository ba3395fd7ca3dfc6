import { script } from './script.ts';

/**
 * Removes the reservations none of whose calls has a record any more. The others are looked at again when the last of their records expires;
 * while a call is open its record does not, and it is asked again after a whole retention.
 *
 * KEYS[1]  members of all reservations, by the instant at which they are looked at
 * ARGV     now, most reservations, the retention (ms), what the name of a reservation begins with, and that of a call
 * Returns  how many were looked at
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
