-- A page of the items. ARGV: cursor, how many keys to look at.
-- Replies {next cursor, how many items there were, and per item that holds something or has a negative number: id, available, sold, total}.
-- Lua's numbers are doubles: they decide only where all numbers are small; the others are for the caller.
local page = redis.call('SCAN', ARGV[1], 'MATCH', 'i:*', 'COUNT', ARGV[2])
local reply = { page[1], #page[2] }
for _, key in ipairs(page[2]) do
  local v = redis.call('HMGET', key, 'a', 's', 't')
  local a, s, t = v[1] or '0', v[2] or '0', v[3] or '0'
  local isSmall = #a < 16 and #s < 16 and #t < 16
  if not isSmall or tonumber(a) < 0 or tonumber(s) < 0 or tonumber(t) - tonumber(a) - tonumber(s) ~= 0 then
    reply[#reply + 1], reply[#reply + 2], reply[#reply + 3], reply[#reply + 4] = key:sub(3), a, s, t
  end
end
return reply
