-- Drops the records of sagas that started in the minute ARGV[1] or before; a reserve for one of them is refused from now on.
-- ARGV[2]: how many minutes to look back where nothing was ever forgotten. Replies the number of minutes with records dropped.
local floor, target = tonumber(redis.call('GET', 'reservations:floor') or '0'), tonumber(ARGV[1])
if target <= floor then return 0 end
local dropped = 0
for minute = math.max(floor + 1, target - tonumber(ARGV[2])), target do
  dropped = dropped + redis.call('UNLINK', string.format('r:%d', minute))
end
redis.call('SET', 'reservations:floor', target)
return dropped
