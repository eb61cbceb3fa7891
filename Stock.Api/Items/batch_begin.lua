-- Begins to replace the numbered items. ARGV: how many there will be.
-- Replies {generation, how many there may be now}. The larger count is kept until the end, so that a batch cut short leaves nothing behind for good.
if redis.call('EXISTS', 'identity') == 0 then return redis.error_reply('LOST Redis has lost the stock.') end
local previous = tonumber(redis.call('HGET', 'items:batch', 'n') or '0')
redis.call('HSET', 'items:batch', 'n', math.max(previous, tonumber(ARGV[1])), 'running', 1)
return { redis.call('HINCRBY', 'items:batch', 'g', 1), previous }
