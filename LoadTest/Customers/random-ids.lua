-- For wrk: reads customers by random ids among the first N of the loader's seed 1 (docs/performance.md).
local count = tonumber(os.getenv("N") or 1000000)
math.randomseed(os.time())
request = function()
  return wrk.format("GET", string.format("/customers/0070c4e0%016x", math.random(0, count - 1)))
end
