-- Puts products into the catalog. ARGV: how, and per product its item, price, pieces in stock, its description as JSON. Replies how many there are in all.
-- 'keep': what is there stays as it is, whatever has been changed or sold of it since. 'fill': so do prices and texts, but there are at least so many in stock.
-- 'replace': these and no others, nothing sold.
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
