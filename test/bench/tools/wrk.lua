-- What wrk sends and how it tells what came of it (generator.mjs). An answer without a result ends it.
wrk.method = "POST"
wrk.body = os.getenv("BENCH_BODY")
local expected = os.getenv("BENCH_EXPECTED")

function response(status, headers, body)
  if status == 200 and string.find(body, expected, 1, true) and not string.find(body, '"isError":true', 1, true) then return end
  io.stderr:write("wrong answer: ", status, " ", string.sub(body, 1, 300), "\n")
  os.exit(1)
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('\n{"requests":%d,"perSecond":%f,"p50Ms":%f,"p99Ms":%f,"failures":%d}\n', summary.requests,
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed))
end
