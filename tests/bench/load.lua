-- For wrk: sends the requests of a file in turn, and says at the end what came of it as JSON.
-- The file is Lua itself and returns a list of whole requests, as they go over the wire.

local requests
local sent = 0

function init(args)
  requests = dofile(args[1])
end

function request()
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end

function done(summary)
  local errors = summary.errors
  io.write(string.format('{"requests":%d,"seconds":%f,"broken":%d,"refused":%d}\n',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
