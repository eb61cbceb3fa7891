-- Creates a product with its item. ARGV: idempotency key or '', request, item, description as JSON, name in capitals, price, pieces in stock, '1' if hidden,
-- maximum number of products, maximum number of deleted ones.
-- Replies 'D' done, 'N' the name is taken, 'F' too many products, 'K' the key was used for a different write. The first reply for a key is kept for a day.
if redis.call('EXISTS', 'identity') == 0 then return redis.error_reply('LOST Redis has lost the stock.') end
local once, request, item, text, name, price, stock = ARGV[1] ~= '' and 'k:' .. ARGV[1], ARGV[2] .. ' ', unpack(ARGV, 3, 7)
local key = 'i:' .. item

local function create()
  if redis.call('EXISTS', key) == 1 then return 'K' end -- the key is older than a day
  if redis.call('HLEN', 'products') >= tonumber(ARGV[9]) or redis.call('HLEN', 'products:deleted') >= tonumber(ARGV[10]) then return 'F' end
  if redis.call('HSETNX', 'products:names', name, item) == 0 then return 'N' end
  redis.call('HSET', 'products', item, text)
  redis.call('HSET', key, 'a', stock, 't', stock, 'p', price, 'g', 0)
  if ARGV[8] == '1' then redis.call('HSET', key, 'h', 1) end
  return 'D'
end

local before = once and redis.call('GET', once)
if before then return before:sub(1, #request) == request and before:sub(#request + 1) or 'K' end
local reply = create()
if once then redis.call('SET', once, request .. reply, 'EX', 86400) end
return reply
