-- Adds products to the catalog. ARGV: mode, then per product: item, price, pieces in stock, description as JSON, name in capitals. Replies the total number of
-- products.
-- 'keep': existing products stay unchanged, including edits and sales. 'fill': so do prices and texts, but the stock is raised to at least the given number.
-- 'replace': the catalog has these products only, with nothing sold. Except for 'replace', deleted products stay deleted, and a product whose name an operator
-- has given to another one is not added.
if redis.call('EXISTS', 'identity') == 0 then return redis.error_reply('LOST Redis has lost the stock.') end
local how = ARGV[1]
if how == 'replace' then redis.call('UNLINK', 'products', 'products:names', 'products:deleted', 'pictures:bytes') end
-- Before there was an index of names, only these products existed, with these names. The empty name keeps the index if all products are deleted.
local is_indexed = redis.call('HSETNX', 'products:names', '', '') == 0
for i = 2, #ARGV, 5 do
  local item, price, stock, text, name = unpack(ARGV, i, i + 4)
  local key = 'i:' .. item
  local is_known = redis.call('HEXISTS', 'products', item) == 1
  if redis.call('HEXISTS', 'products:deleted', item) == 0 and (is_known or redis.call('HEXISTS', 'products:names', name) == 0
    or redis.call('HGET', 'products:names', name) == item) then
    redis.call('HSETNX', 'products', item, text)
    if not is_known or not is_indexed then redis.call('HSET', 'products:names', name, item) end
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
end
return redis.call('HLEN', 'products')
