-- Posts one notification after the other. Arguments: a file with the three fixed parts of the body, one length-prefixed
-- after the other, and a file of records, 32 bytes of signature and 28 of transaction_id each.
local record_len, signature_len = 60, 32

rewinds = 0 -- global, so that done() can ask the thread for it
local head, middle, tail, records
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local function part(file)
  return file:read(tonumber(file:read(8)))
end

function init(args)
  local template = assert(io.open(args[1], "rb"))
  head, middle, tail = part(template), part(template), part(template) or ""
  template:close()
  records = assert(io.open(args[2], "rb"))
  wrk.method = "POST"
  -- As WeChat Pay's requests have been seen.
  wrk.headers["Accept"] = "*/*"
  wrk.headers["Connection"] = "Keep-Alive"
  wrk.headers["Content-Type"] = "text/xml"
  wrk.headers["Pragma"] = "no-cache"
  wrk.headers["User-Agent"] = "Mozilla/4.0"
end

function request()
  local record = records:read(record_len)
  if not record then
    rewinds = rewinds + 1
    records:seek("set")
    record = records:read(record_len)
  end
  local signature, id = record:sub(1, signature_len), record:sub(signature_len + 1)
  return wrk.format(nil, nil, nil, head .. signature .. middle .. id .. tail)
end

function done(summary)
  local e, again = summary.errors, 0
  for _, thread in ipairs(threads) do
    again = again + thread:get("rewinds")
  end
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    e.status, e.connect + e.read + e.write + e.timeout, again))
end
