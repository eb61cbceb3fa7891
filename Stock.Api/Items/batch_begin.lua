-- Starts replacing the numbered items. ARGV: number of items in the new batch.
-- Replies {generation, previous maximum number of items}. The larger count is kept until the end, so that items of an interrupted batch are still removed
-- later.
if redis.call('EXISTS', 'identity') == 0 then return redis.error_reply('LOST Redis has lost the stock.') end
local previous = tonumber(redis.call('HGET', 'items:batch', 'n') or '0')
redis.call('HSET', 'items:batch', 'n', math.max(previous, tonumber(ARGV[1])), 'running', 1)
return { redis.call('HINCRBY', 'items:batch', 'g', 1), previous }
