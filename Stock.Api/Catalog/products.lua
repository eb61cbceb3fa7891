-- Returns products with their items, in one step. ARGV: items; none for all products.
-- Replies per product that exists: item, description as JSON, available, price, sold, total.
if redis.call('EXISTS', 'identity') == 0 then return redis.error_reply('LOST Redis has lost the stock.') end
local entries = {}
if #ARGV == 0 then
  entries = redis.call('HGETALL', 'products')
else
  for i, text in ipairs(redis.call('HMGET', 'products', unpack(ARGV))) do entries[2 * i - 1], entries[2 * i] = ARGV[i], text end
end
local reply = {}
for i = 1, #entries, 2 do
  local v = entries[i + 1] and redis.call('HMGET', 'i:' .. entries[i], 'a', 'p', 's', 't')
  if v and v[2] then
    local at = #reply
    reply[at + 1], reply[at + 2], reply[at + 3], reply[at + 4], reply[at + 5], reply[at + 6] =
      entries[i], entries[i + 1], v[1], v[2], v[3] or '0', v[4]
  end
end
return reply
