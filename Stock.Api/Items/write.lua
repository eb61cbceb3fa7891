-- Creates items and changes their stock. Each write is independent.
-- ARGV per write: idempotency key or '', verb, item, number. 'c': create the item with that price; 'a': add that many; 's': subtract that many.
-- Replies per write: the quantity now available, or 'U' unknown item, 'O' not enough in stock, 'V' the sum would exceed 64 bits,
-- 'K' the key was used for a different write. The first reply for a key is kept for a day.
-- Redis does the arithmetic (64-bit, exact). Lua numbers are doubles, so only their sign is used.
if redis.call('EXISTS', 'identity') == 0 then return redis.error_reply('LOST Redis has lost the stock.') end
local replies = {}

local function write(verb, key, number)
  if verb == 'c' then
    if redis.call('EXISTS', key) == 1 then return 'K' end -- its ID is derived from a key that was forgotten after a day
    redis.call('HSET', key, 'a', 0, 't', 0, 'p', number, 'g', 0)
  elseif redis.call('HEXISTS', key, 'p') == 0 then -- a deleted product has no price
    return 'U'
  elseif verb == 's' then
    if redis.call('HINCRBY', key, 'a', '-' .. number) < 0 then
      redis.call('HINCRBY', key, 'a', number)
      return 'O'
    end
    redis.call('HINCRBY', key, 't', '-' .. number)
  else
    -- The total is never below the available quantity, so only the total can overflow.
    local total = redis.pcall('HINCRBY', key, 't', number)
    if type(total) ~= 'number' then
      if total.err:find('overflow', 1, true) then return 'V' end
      error(total)
    end
    redis.call('HINCRBY', key, 'a', number)
  end
  return redis.call('HGET', key, 'a')
end

for i = 1, #ARGV, 4 do
  local once, request = ARGV[i] ~= '' and 'k:' .. ARGV[i], table.concat(ARGV, ' ', i + 1, i + 3) .. ' '
  local before = once and redis.call('GET', once)
  local reply
  if not before then
    reply = write(ARGV[i + 1], 'i:' .. ARGV[i + 2], ARGV[i + 3])
    if once then redis.call('SET', once, request .. reply, 'EX', 86400) end
  elseif before:sub(1, #request) == request then
    reply = before:sub(#request + 1)
  else
    reply = 'K'
  end
  replies[#replies + 1] = reply
end
return replies
