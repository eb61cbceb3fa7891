-- Adds products to the catalog. ARGV: mode, then per product: item, price, pieces in stock, description as JSON. Replies the total number of products.
-- 'keep': existing products stay unchanged, including edits and sales. 'fill': so do prices and texts, but the stock is raised to at least the given number.
-- 'replace': the catalog has these products only, with nothing sold.
if redis.call('EXISTS', 'identity') == 0 then return redis.error_reply('LOST Redis has lost the stock.') end
local how = ARGV[1]
if how == 'replace' then redis.call('DEL', 'products') end
for i = 2, #ARGV, 4 do
  local item, price, stock, text = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local key = 'i:' .. item
  redis.call('HSETNX', 'products', item, text)
  if how == 'replace' then redis.call('DEL', key) end
  if redis.call('HEXISTS', key, 'g') == 0 then
    redis.call('HSET', key, 'a', stock, 't', stock, 'p', price, 'g', 0)
  elseif how == 'fill' then
    local missing = tonumber(stock) - tonumber(redis.call('HGET', key, 'a'))
    if missing > 0 then
      redis.call('HINCRBY', key, 'a', missing)
      redis.call('HINCRBY', key, 't', missing)
    end
  end
end
return redis.call('HLEN', 'products')
