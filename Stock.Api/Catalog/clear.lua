-- Deletes items, pictures and stored idempotency outcomes in a page of keys. ARGV: cursor, number of keys to scan. Replies the next cursor, 0 at the end.
local page = redis.call('SCAN', ARGV[1], 'COUNT', ARGV[2])
for _, key in ipairs(page[2]) do
  local kind = key:sub(1, 2)
  if kind == 'i:' or kind == 'f:' or kind == 'k:' then redis.call('UNLINK', key) end
end
return page[1]
