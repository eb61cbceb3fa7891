-- Ends a batch. ARGV: generation, how many numbered items there are now. Replies 1, or 0 when a later batch has begun.
if redis.call('HGET', 'items:batch', 'g') ~= ARGV[1] then return 0 end
redis.call('HSET', 'items:batch', 'n', ARGV[2])
redis.call('HDEL', 'items:batch', 'running')
return 1
