-- Deletes a product. ARGV: item, the revision that it must have, its name, the same in capitals.
-- Replies 'D' done, 'U' unknown product, 'M' it has another revision.
-- The available pieces are subtracted. Sold and held ones stay in the item's books, so a checkout that holds some can still end. Without a price, the item can
-- be neither added to an order nor held. The name stays for old orders, and keeps a seed from creating the product again.
if redis.call('EXISTS', 'identity') == 0 then return redis.error_reply('LOST Redis has lost the stock.') end
local item, revision, name, index = unpack(ARGV)
local key, file = 'i:' .. item, 'f:' .. item
local before = redis.call('HGET', 'products', item)
if not before then return 'U' end
if (cjson.decode(before).Revision or 1) ~= tonumber(revision) then return 'M' end
local available = redis.call('HGET', key, 'a')
if available ~= '0' then redis.call('HINCRBY', key, 't', '-' .. available) end
redis.call('HSET', key, 'a', 0)
redis.call('HDEL', key, 'p', 'h')
redis.call('DECRBY', 'pictures:bytes', redis.call('HSTRLEN', file, 'b'))
redis.call('UNLINK', file)
redis.call('HDEL', 'products', item)
redis.call('HDEL', 'products:names', index)
redis.call('HSET', 'products:deleted', item, name)
return 'D'
