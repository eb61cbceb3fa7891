-- Ends a batch. ARGV: generation, number of numbered items now. Replies 1, or 0 if a later batch has started.
if redis.call('HGET', 'items:batch', 'g') ~= ARGV[1] then return 0 end
redis.call('HSET', 'items:batch', 'n', ARGV[2])
redis.call('HDEL', 'items:batch', 'running')
return 1
