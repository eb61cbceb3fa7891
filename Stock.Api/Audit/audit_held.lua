-- Returns all records that hold stock, and items, in one step. ARGV: maximum number of records, number of periods, the periods, the items.
-- Replies {{record, ...}, {available, sold, total, generation per item}}, or nothing if there are more records. For an item that does not exist: ''.
local most, periods = tonumber(ARGV[1]), tonumber(ARGV[2])
local records, items, count, seen = {}, {}, 0, {} -- a scan may return a record twice
for i = 3, periods + 2 do
  count = count + redis.call('HLEN', 'r:' .. ARGV[i])
end
if count > most then return false end
for i = 3, periods + 2 do
  local cursor = '0'
  repeat
    local page = redis.call('HSCAN', 'r:' .. ARGV[i], cursor, 'COUNT', 1000)
    cursor = page[1]
    for j = 2, #page[2], 2 do
      local saga, record = page[2][j - 1], page[2][j]
      if record:sub(1, 1) == 'H' and not seen[saga] then
        seen[saga], records[#records + 1] = true, record
      end
    end
  until cursor == '0'
end
for i = periods + 3, #ARGV do
  local v = redis.call('HMGET', 'i:' .. ARGV[i], 'a', 's', 't', 'g')
  for j = 1, 4 do items[#items + 1] = v[j] or (v[1] and '0' or '') end -- an item that was never sold has no 's'
end
return { records, items }
