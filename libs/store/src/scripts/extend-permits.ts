import { script } from './script.ts';

/**
 * A call outlasts its limits and was seen to live: it keeps its remaining permits for longer. A released one is not
 * taken again.
 *
 * KEYS[1]  the open attempt
 * KEYS     the permits of each limit
 * ARGV     the mark of the claim ('': none), until when, the members
 * Returns  1: extended · 0: it has ended, or has another claim
 */
export const extendPermitsScript = script(`
if redis.call('HGET', KEYS[1], 'claim') ~= ARGV[1] then return 0 end
for i = 2, #KEYS do
  for m = 3, #ARGV do
    local till = redis.call('ZSCORE', KEYS[i], ARGV[m])
    if till and tonumber(till) < tonumber(ARGV[2]) then redis.call('ZADD', KEYS[i], ARGV[2], ARGV[m]) end
  end
end
return 1
`);
