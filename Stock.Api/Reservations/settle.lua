-- Moves reservations of sagas on. Each saga is all or nothing and each move happens once: asked again, the first outcome is the reply.
-- ARGV per member: verb, the period the saga started in, its id, and to hold: the number of lines and per line item and quantity.
-- Verbs: 'H' hold (take from what is available), 'C' commit (what is held is sold), 'R' release (what is held is available again).
-- Replies per member one letter: 'H' held, 'C' committed, 'R' released (or forgotten, for its age), 'O' out of stock, 'U' unknown item,
-- 'N' nothing is known that could be committed. To release what is not known leaves a tombstone, which refuses a hold that comes late.
-- Record in r:<period>: the letter; behind an 'H' per line item, quantity and the item's generation.
local floor = tonumber(redis.call('GET', 'reservations:floor') or '0')
local count, position, replies = #ARGV, 1, {}

-- The generation of an item tells whether batch_init has replaced it since. While no batch runs it is known without asking: items that batch_init made, with
-- numbers for ids, are of the last batch, all others (36 characters) of generation 0.
local batch = redis.call('HMGET', 'items:batch', 'g', 'running')
local last, running = batch[1] or '0', batch[2]
local function generation_of(item)
  if running then return redis.call('HGET', 'i:' .. item, 'g') end
  return #item == 36 and '0' or last
end

local function hold(first, final)
  local record = { 'H' }
  local refusal
  for line = first, final, 2 do
    local item, quantity = ARGV[line], ARGV[line + 1]
    local key = 'i:' .. item
    if redis.call('HINCRBY', key, 'a', '-' .. quantity) < 0 then
      redis.call('HINCRBY', key, 'a', quantity)
      refusal = 'O'
      if redis.call('HEXISTS', key, 'p') == 0 then
        redis.call('DEL', key)
        refusal = 'U'
      end
      break
    end
    record[#record + 1], record[#record + 2], record[#record + 3] = item, quantity, generation_of(item)
  end
  if not refusal then return table.concat(record, ' ') end
  for line = 2, #record, 3 do redis.call('HINCRBY', 'i:' .. record[line], 'a', record[line + 1]) end
  return refusal
end

local function settle(record, field)
  for item, quantity, generation in record:sub(3):gmatch('(%S+) (%S+) (%S+)') do
    -- Another generation: batch_init has replaced the item, and what was held with it.
    if generation_of(item) == generation then redis.call('HINCRBY', 'i:' .. item, field, quantity) end
  end
end

while position <= count do
  local verb, period, saga = ARGV[position], ARGV[position + 1], ARGV[position + 2]
  local records, first = 'r:' .. period, position + 4
  local forgotten = tonumber(period) <= floor
  local record = not forgotten and redis.call('HGET', records, saga)
  local letter = record and record:sub(1, 1)
  position = position + 3
  if verb == 'H' then
    position = first + 2 * tonumber(ARGV[position])
    if forgotten then
      letter = 'R'
    elseif not letter then
      record = hold(first, position - 1)
      letter = record:sub(1, 1)
      redis.call('HSET', records, saga, record)
    end
  elseif letter == 'H' then
    settle(record, verb == 'C' and 's' or 'a')
    letter = verb
    redis.call('HSET', records, saga, verb)
  elseif letter ~= 'C' and letter ~= 'R' then
    if verb == 'C' then
      letter = forgotten and 'C' or 'N'
    else
      letter = 'R'
      if not forgotten and not record then redis.call('HSET', records, saga, 'R') end
    end
  end
  replies[#replies + 1] = letter
end
return replies
