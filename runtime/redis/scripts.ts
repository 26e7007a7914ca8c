/** What must happen in one go on the server, as Lua. */

/**
 * Applies rows of one family if its position is the expected one, and moves the position.
 * KEYS: positions, then a row and its order for each write. ARGV: field, expected position (empty: none), new position,
 * milliseconds a deleted row is remembered; then key, at, sort (`-`: none), milliseconds to live (0: for ever), json
 * (empty: delete) for each write. Answers nil, or the position found where it is another (empty: none).
 */
export const APPLY = `
local found = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if found ~= ARGV[2] then return found end
local orders = {}
for i = 2, #KEYS, 2 do
  local row, order = KEYS[i], KEYS[i + 1]
  local a = 5 + (i - 2) / 2 * 5
  local key, at, sort, ttl, json = ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4]
  local oldAt, oldSort = string.match(redis.call('GETRANGE', row, 0, 79), '^(%S+) (%S+) ')
  if not oldAt or tonumber(oldAt) <= tonumber(at) then
    if json == '' then sort, ttl = '-', ARGV[4] end
    local value = at .. ' ' .. sort .. ' ' .. json
    if ttl == '0' then redis.call('SET', row, value)
    else redis.call('SET', row, value, 'PX', ttl) end
    if sort == '-' then
      if oldSort and oldSort ~= '-' then redis.call('ZREM', order, key) end
    else
      if oldSort ~= sort then redis.call('ZADD', order, -tonumber(sort) + 0, key) end
      orders[order] = ttl
    end
  end
end
for order, ttl in pairs(orders) do
  if ttl ~= '0' then redis.call('PEXPIRE', order, ttl) end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return nil`

/** Takes keys whose rows have expired out of an order. KEYS: order, then rows. ARGV: key of each row. Answers how many. */
export const SWEEP = `
local gone = 0
for i = 2, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 0 then gone = gone + redis.call('ZREM', KEYS[1], ARGV[i - 1]) end
end
return gone`

/**
 * Says how far partitions are if their generation is the one that was opened. KEYS: epoch, fresh. ARGV: the epoch as it was when
 * it was opened; then partition and what is said of it, for each. Answers 1, or 0 where it is another one or none.
 */
export const SAY = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], unpack(ARGV, 2))
return 1`

/** Says that a sink lives and asks who else does. KEYS: sinks. ARGV: its name, milliseconds after which one is gone. */
export const MEET = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
return redis.call('ZRANGE', KEYS[1], 0, -1)`
