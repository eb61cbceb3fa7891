-- Looks at items. ARGV: their ids. Replies {available, sold, total, price, generation} for each, one after the other; nothing in the place of what is not.
local replies = {}
for i, id in ipairs(ARGV) do
  local counters, item = redis.call('MGET', 'a:' .. id, 's:' .. id), redis.call('HMGET', 'i:' .. id, 't', 'p', 'g')
  local at = 5 * i
  replies[at - 4], replies[at - 3], replies[at - 2], replies[at - 1], replies[at] = counters[1], counters[2] or '0', item[1], item[2], item[3]
end
return replies
