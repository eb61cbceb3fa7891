-- Changes a product. ARGV: item, the revision that it must have, description as JSON, name in capitals before and after, price or '' to keep it, pieces in
-- stock or '' to keep them, '1' if hidden, the picture's bytes ('' to keep it, '-' to remove it), its type, maximum bytes of all pictures.
-- Replies 'D' done, 'U' unknown product, 'M' it has another revision, 'N' the name is taken, 'V' the total would exceed 64 bits,
-- 'F' the pictures would be too large.
-- A new number of pieces is an add or a subtract of the difference. Redis does the arithmetic, because Lua numbers are doubles.
if redis.call('EXISTS', 'identity') == 0 then return redis.error_reply('LOST Redis has lost the stock.') end
local item, revision, text, old_name, new_name, price, stock, hidden, picture = unpack(ARGV, 1, 9)
local key, file = 'i:' .. item, 'f:' .. item
local before = redis.call('HGET', 'products', item)
if not before then return 'U' end
if (cjson.decode(before).Revision or 1) ~= tonumber(revision) then return 'M' end
if new_name ~= old_name and redis.call('HEXISTS', 'products:names', new_name) == 1 then return 'N' end

local growth = 0
if picture ~= '' then
  growth = (picture == '-' and 0 or #picture) - redis.call('HSTRLEN', file, 'b')
  if growth > 0 and tonumber(redis.call('GET', 'pictures:bytes') or '0') + growth > tonumber(ARGV[11]) then return 'F' end
end

if stock ~= '' then
  local available = redis.call('HGET', key, 'a')
  if available ~= '0' then redis.call('HINCRBY', key, 't', '-' .. available) end
  local total = redis.pcall('HINCRBY', key, 't', stock)
  if type(total) ~= 'number' then
    if available ~= '0' then redis.call('HINCRBY', key, 't', available) end
    if total.err:find('overflow', 1, true) then return 'V' end
    error(total)
  end
  redis.call('HSET', key, 'a', stock)
end

if new_name ~= old_name then
  redis.call('HDEL', 'products:names', old_name)
  redis.call('HSET', 'products:names', new_name, item)
end
if price ~= '' then redis.call('HSET', key, 'p', price) end
if hidden == '1' then redis.call('HSET', key, 'h', 1) else redis.call('HDEL', key, 'h') end
if picture ~= '' then
  redis.call('INCRBY', 'pictures:bytes', growth)
  if picture == '-' then redis.call('UNLINK', file) else redis.call('HSET', file, 'b', picture, 'c', ARGV[10], 'r', revision + 1) end
end
redis.call('HSET', 'products', item, text)
return 'D'
