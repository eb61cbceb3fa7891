-- Ends reservations: commit (ARGV[1] = 'C', held becomes sold) or release ('R', held becomes available again).
-- ARGV then: per saga the minute it started and its id.
-- Replies per saga one letter: 'C' committed, 'R' released, 'N' nothing is known that could be committed.
-- Releasing what is not known leaves a tombstone that refuses a late reserve. What was settled stays as it is.
local floor = tonumber(redis.call('GET', 'reservations:floor') or '0')
local verb = ARGV[1]
local target = verb == 'C' and 's' or 'a'
local replies = {}
for position = 2, #ARGV, 2 do
  local minute, saga = ARGV[position], ARGV[position + 1]
  local records = 'r:' .. minute
  local outcome = verb
  local forgotten = tonumber(minute) <= floor
  local record = not forgotten and redis.call('HGET', records, saga)
  local letter = record and record:sub(1, 1)
  if letter == 'H' then
    for item, quantity, generation in record:sub(3):gmatch('(%S+) (%S+) (%S+)') do
      local key = 'i:' .. item
      -- Another generation: batch_init has replaced the item, and what was held with it.
      if redis.call('HGET', key, 'g') == generation then
        redis.call('HINCRBY', key, 'h', '-' .. quantity)
        redis.call('HINCRBY', key, target, quantity)
      end
    end
    redis.call('HSET', records, saga, verb)
  elseif letter == 'C' or letter == 'R' then
    outcome = letter
  elseif verb == 'C' then
    outcome = 'N'
  elseif not record and not forgotten then
    redis.call('HSET', records, saga, 'R')
  end
  replies[#replies + 1] = outcome
end
return replies
