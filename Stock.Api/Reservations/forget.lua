-- Deletes the records of sagas that started in the period ARGV[1] or earlier. From now on a hold for one of them is refused.
-- ARGV[2]: number of periods to look back if nothing was ever forgotten. Replies the number of periods with deleted records.
local floor, target = tonumber(redis.call('GET', 'reservations:floor') or '0'), tonumber(ARGV[1])
if target <= floor then return 0 end
local dropped = 0
for period = math.max(floor + 1, target - tonumber(ARGV[2])), target do
  dropped = dropped + redis.call('UNLINK', string.format('r:%d', period))
end
redis.call('SET', 'reservations:floor', target)
return dropped
