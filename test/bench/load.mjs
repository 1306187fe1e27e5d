// One load run, in a process of its own so that it can be pinned to another core than the server.
// Prints {requests, seconds, p50Ms, p99Ms, failures} as JSON.
import autocannon from 'autocannon';
import { Pool } from 'undici';

const { url, body, headers, connections, seconds } = JSON.parse(process.argv[2]);
console.log(JSON.stringify(connections === 1 ? await oneClient() : await manyClients()));

async function manyClients() {
  const run = (duration) => autocannon({ url, method: 'POST', body, headers, connections, duration });
  await run(1); // warm up
  const result = await run(seconds);
  return {
    requests: result['2xx'] + result.non2xx,
    seconds: result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts,
  };
}

/** One request after the other, timed here: autocannon's histogram has whole milliseconds only. */
async function oneClient() {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: 1 });
  const times = [];
  let failures = 0;
  const started = performance.now();
  while (performance.now() - started < seconds * 1_000) {
    const sent = performance.now();
    const { statusCode, body: answer } = await pool.request({ path: pathname, method: 'POST', headers, body });
    await answer.text();
    if (statusCode >= 300) failures += 1;
    times.push(performance.now() - sent);
  }
  await pool.close();
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)];
  return { requests: times.length, seconds, p50Ms: at(0.5), p99Ms: at(0.99), failures };
}
