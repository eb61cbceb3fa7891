-- Adds to or takes from the stock of items, each change for itself.
-- ARGV: per change an item and an amount ("5" adds, "-5" takes).
-- Replies per change: the amount now available, or 'U' unknown item, 'O' not that much in stock, 'V' the sum would leave 64 bits.
-- Arithmetic is Redis's own (64-bit, exact); Lua's numbers are doubles and serve only for their sign.
local replies = {}
for i = 1, #ARGV, 2 do
  local key, amount = 'i:' .. ARGV[i], ARGV[i + 1]
  local reply
  if redis.call('HEXISTS', key, 'g') == 0 then
    reply = 'U'
  elseif amount:sub(1, 1) == '-' then
    if redis.call('HINCRBY', key, 'a', amount) < 0 then
      redis.call('HINCRBY', key, 'a', amount:sub(2))
      reply = 'O'
    else
      redis.call('HINCRBY', key, 't', amount)
    end
  else
    -- The total is never below what is available, so only it can overflow.
    local total = redis.pcall('HINCRBY', key, 't', amount)
    if type(total) == 'number' then
      redis.call('HINCRBY', key, 'a', amount)
    elseif total.err:find('overflow', 1, true) then
      reply = 'V'
    else
      return total
    end
  end
  replies[#replies + 1] = reply or redis.call('HGET', key, 'a')
end
return replies
