-- Reserves stock for sagas, each saga all or nothing and once: a saga that was seen before gets its first answer again.
-- ARGV: per saga the minute it started, its id, the number of lines, and per line item and quantity.
-- Replies per saga one letter: 'H' held, 'O' out of stock, 'U' unknown item, 'R' released before (or too old to be told), 'C' committed before.
-- Record in r:<minute>: the letter; behind an 'H' per line item, quantity and the item's generation.
local floor = tonumber(redis.call('GET', 'reservations:floor') or '0')
local replies, position = {}, 1
while position <= #ARGV do
  local minute, saga, lines = ARGV[position], ARGV[position + 1], tonumber(ARGV[position + 2])
  local first, last = position + 3, position + 2 + 2 * lines
  position = last + 1
  local records = 'r:' .. minute
  local record = tonumber(minute) > floor and redis.call('HGET', records, saga) or nil
  local outcome
  if tonumber(minute) <= floor then
    outcome = 'R'
  elseif record then
    outcome = record:sub(1, 1)
  else
    outcome = 'H'
    local held = { 'H' }
    for line = first, last, 2 do
      local key, quantity = 'i:' .. ARGV[line], ARGV[line + 1]
      local generation = redis.call('HGET', key, 'g')
      if not generation then
        outcome = 'U'
      elseif redis.call('HINCRBY', key, 'a', '-' .. quantity) < 0 then
        redis.call('HINCRBY', key, 'a', quantity)
        outcome = 'O'
      else
        redis.call('HINCRBY', key, 'h', quantity)
        held[#held + 1], held[#held + 2], held[#held + 3] = ARGV[line], quantity, generation
      end
      if outcome ~= 'H' then break end
    end
    if outcome ~= 'H' then
      for line = 2, #held, 3 do
        redis.call('HINCRBY', 'i:' .. held[line], 'h', '-' .. held[line + 1])
        redis.call('HINCRBY', 'i:' .. held[line], 'a', held[line + 1])
      end
    end
    redis.call('HSET', records, saga, outcome == 'H' and table.concat(held, ' ') or outcome)
  end
  replies[#replies + 1] = outcome
end
return replies
