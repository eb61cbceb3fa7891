-- Returns the stock's identity. ARGV: the identity to create if there is none, or nothing.
if ARGV[1] then redis.call('SET', 'identity', ARGV[1], 'NX') end
return redis.call('GET', 'identity')
