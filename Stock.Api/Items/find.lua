-- Reads items. ARGV: their IDs.
-- Replies for each: available, price, sold, total, and whether it is hidden; nil for what it does not have.
local reply = {}
for i, id in ipairs(ARGV) do
  local values = redis.call('HMGET', 'i:' .. id, 'a', 'p', 's', 't', 'h')
  for j = 1, 5 do reply[5 * (i - 1) + j] = values[j] end
end
return reply
