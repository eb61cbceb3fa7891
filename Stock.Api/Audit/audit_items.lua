-- Returns a page of the items. ARGV: cursor, number of keys to scan.
-- Replies {next cursor, number of items scanned, then for each item with held stock or a negative number: id, available, sold, total}.
-- Lua numbers are doubles, so items are compared here only if all their numbers are small. The caller compares the others.
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
