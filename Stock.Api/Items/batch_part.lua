-- Replaces the numbered items from ARGV[2] up to but not including ARGV[3]. Without stock and price, removes them.
-- ARGV: generation, from, to, stock, price. Replies 1, or 0 if a later batch has started.
local generation, stock, price = ARGV[1], ARGV[4], ARGV[5]
if redis.call('HGET', 'items:batch', 'g') ~= generation then return 0 end
for id = tonumber(ARGV[2]), tonumber(ARGV[3]) - 1 do
  local key = string.format('i:%d', id)
  if stock then
    redis.call('HDEL', key, 's')
    redis.call('HSET', key, 'a', stock, 't', stock, 'p', price, 'g', generation)
  else
    redis.call('UNLINK', key)
  end
end
return 1
