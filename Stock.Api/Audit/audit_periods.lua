-- Returns the periods that have records. ARGV: current period, number of periods to look back if nothing was ever forgotten. Includes a few future periods.
local floor, last = tonumber(redis.call('GET', 'reservations:floor') or '0'), tonumber(ARGV[1]) + 6
local reply = {}
for period = math.max(floor + 1, last - ARGV[2]), last do
  if redis.call('EXISTS', string.format('r:%d', period)) == 1 then reply[#reply + 1] = period end
end
return reply
