-- Returns a page of the records that hold stock. ARGV: period, cursor, number of records to scan. Replies {next cursor, saga, record, saga, record, ...}.
local page = redis.call('HSCAN', 'r:' .. ARGV[1], ARGV[2], 'COUNT', ARGV[3])
local reply = { page[1] }
for i = 1, #page[2], 2 do
  local record = page[2][i + 1]
  if record:sub(1, 1) == 'H' then reply[#reply + 1], reply[#reply + 2] = page[2][i], record end
end
return reply
