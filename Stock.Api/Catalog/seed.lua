-- Puts products into the catalog, each once: what is there stays as it is, whatever has been changed or sold of it since.
-- ARGV per product: its item, price, pieces in stock, its description as JSON. Replies how many there are in the catalog.
for i = 1, #ARGV, 4 do
  local item, key = ARGV[i], 'i:' .. ARGV[i]
  redis.call('HSETNX', 'products', item, ARGV[i + 3])
  if redis.call('HEXISTS', key, 'g') == 0 then
    redis.call('HSET', key, 'a', ARGV[i + 2], 't', ARGV[i + 2], 'p', ARGV[i + 1], 'g', 0)
  end
end
return redis.call('HLEN', 'products')
