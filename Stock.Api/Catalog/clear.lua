-- Takes away items, and answers kept for idempotency keys, among some keys. ARGV: cursor, how many keys to look at. Replies the next cursor, 0 at the end.
local page = redis.call('SCAN', ARGV[1], 'COUNT', ARGV[2])
for _, key in ipairs(page[2]) do
  local kind = key:sub(1, 2)
  if kind == 'i:' or kind == 'k:' then redis.call('UNLINK', key) end
end
return page[1]
