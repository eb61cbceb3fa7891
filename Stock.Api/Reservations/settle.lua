-- Updates reservations of sagas. Each saga is all or nothing, and each update happens once: a retry gets the first outcome.
-- ARGV: the identity that the stock must have, or '' for any; then per member: verb, the period in which the saga started, its ID, and for a hold also the
-- number of lines and per line item and quantity.
-- Verbs: 'H' hold (take from the available quantity), 'C' commit (held items become sold), 'R' release (held items become available again).
-- Replies one letter per member: 'H' held, 'C' committed, 'R' released (or forgotten because of its age), 'O' out of stock, 'U' unknown item,
-- 'N' there is no hold to commit. Releasing an unknown saga leaves a tombstone, which refuses a hold that arrives late.
-- Record in r:<period>: the letter; after an 'H', per line: item, quantity and the item's generation. One command reads all records of a period and one writes
-- them, because commands dominate the cost of a call.
local identity = redis.call('GET', 'identity')
if not identity or (ARGV[1] ~= '' and ARGV[1] ~= identity) then return redis.error_reply('LOST Redis has another stock, or none.') end
local floor = tonumber(redis.call('GET', 'reservations:floor') or '0')
local count, replies = #ARGV, {}

-- The generation of an item shows whether batch_init has replaced it since. While no batch runs, it is known without a command: items created by batch_init,
-- which have numbers as IDs, belong to the last batch, and all others (36 characters) to generation 0.
local batch = redis.call('HMGET', 'items:batch', 'g', 'running')
local last, running = batch[1] or '0', batch[2]
local function generation_of(item)
  if running then return redis.call('HGET', 'i:' .. item, 'g') end
  return #item == 36 and '0' or last
end

local function hold(first, final)
  local record, refusal = 'H', nil
  for line = first, final, 2 do
    local item, quantity = ARGV[line], ARGV[line + 1]
    local key = 'i:' .. item
    if redis.call('HINCRBY', key, 'a', '-' .. quantity) < 0 then
      redis.call('HINCRBY', key, 'a', quantity)
      refusal = 'O'
      if redis.call('HEXISTS', key, 'p') == 0 then
        if redis.call('HEXISTS', key, 'g') == 0 then redis.call('DEL', key) end -- a deleted product keeps its books
        refusal = 'U'
      end
      break
    end
    record = record .. ' ' .. item .. ' ' .. quantity .. ' ' .. generation_of(item)
  end
  if not refusal then return record end
  for held, quantity in record:gmatch(' (%S+) (%S+) %S+') do redis.call('HINCRBY', 'i:' .. held, 'a', quantity) end
  return refusal
end

local function settle(record, field)
  for item, quantity, generation in record:sub(3):gmatch('(%S+) (%S+) (%S+)') do
    -- Another generation: batch_init has replaced the item together with its holds.
    if generation_of(item) == generation then
      local key = 'i:' .. item
      local found = field == 'a' and redis.call('HMGET', key, 'p', 'g')
      if found and found[2] and not found[1] then
        redis.call('HINCRBY', key, 't', '-' .. quantity) -- a deleted product: what nobody bought is not for sale again
      else
        redis.call('HINCRBY', key, field, quantity)
      end
    end
  end
end

local function after(verb, position) -- position of the next member
  if verb ~= 'H' then return position + 3 end
  return position + 4 + 2 * tonumber(ARGV[position + 3])
end

-- Per period: the requested sagas, their records, and the changes to write.
local periods, position = {}, 2
while position <= count do
  local number, saga = ARGV[position + 1], ARGV[position + 2]
  local period = periods[number]
  if not period then
    period = { sagas = {}, records = {}, written = {}, forgotten = tonumber(number) <= floor }
    periods[number] = period
  end
  period.sagas[#period.sagas + 1] = saga
  position = after(ARGV[position], position)
end
for number, period in pairs(periods) do
  local found = period.forgotten and {} or redis.call('HMGET', 'r:' .. number, unpack(period.sagas))
  for index, saga in ipairs(period.sagas) do period.records[saga] = found[index] end
end

position = 2
while position <= count do
  local verb, period, saga = ARGV[position], periods[ARGV[position + 1]], ARGV[position + 2]
  local forgotten, record, change = period.forgotten, period.records[saga], nil
  local letter = record and record:sub(1, 1)
  local first = position
  position = after(verb, position)
  if verb == 'H' then
    if forgotten then
      letter = 'R'
    elseif not letter then
      change = hold(first + 4, position - 1)
      letter = change:sub(1, 1)
    end
  elseif letter == 'H' then
    settle(record, verb == 'C' and 's' or 'a')
    letter, change = verb, verb
  elseif not letter or letter == 'O' or letter == 'U' then -- an unknown letter is returned as is, whatever the verb
    if verb == 'C' then
      letter = forgotten and 'C' or 'N'
    else
      letter = 'R'
      if not forgotten and not record then change = 'R' end
    end
  end
  if change then
    period.records[saga] = change
    period.written[#period.written + 1], period.written[#period.written + 2] = saga, change
  end
  replies[#replies + 1] = letter
end
for number, period in pairs(periods) do
  if #period.written > 0 then redis.call('HSET', 'r:' .. number, unpack(period.written)) end
end
return replies
