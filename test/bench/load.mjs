// One load run, in a process of its own so that it can be pinned to another core than the server.
// Prints {requests, seconds, p50Ms, p99Ms, failures} as JSON.
import autocannon from 'autocannon';
import { Pool } from 'undici';

const { url, body, headers, connections, seconds, perSecond } = JSON.parse(process.argv[2]);
const { origin, pathname } = new URL(url);
const measure = perSecond ? steadyRate : connections === 1 ? oneClient : manyClients;
console.log(JSON.stringify(await measure()));

async function manyClients() {
  const verifyBody = isResult;
  const run = (duration) => autocannon({ url, method: 'POST', body, headers, connections, duration, verifyBody });
  await run(1); // warm up
  const result = await run(seconds);
  return {
    requests: result['2xx'] + result.non2xx,
    seconds: result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts + result.mismatches,
  };
}

/** One request after the other, timed here: autocannon's histogram has whole milliseconds only. */
async function oneClient() {
  const pool = new Pool(origin, { connections: 1 });
  const times = [];
  let failures = 0;
  const started = performance.now();
  while (performance.now() - started < seconds * 1_000) failures += await timed(pool, performance.now(), times);
  await pool.close();
  return summary(times, failures);
}

/** So many requests a second, whatever the server does; a late answer counts from the moment it was due. */
async function steadyRate() {
  const pool = new Pool(origin, { connections });
  const times = [];
  const sent = [];
  const started = performance.now();
  for (let n = 0; n < perSecond * (seconds + 1); n += 1) {
    const due = started + (n * 1_000) / perSecond;
    while (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, 1));
    sent.push(timed(pool, due, n < perSecond ? [] : times)); // the first second warms up
  }
  const failures = (await Promise.all(sent)).reduce((sum, failed) => sum + failed, 0);
  await pool.close();
  return summary(times, failures);
}

async function timed(pool, from, times) {
  const { statusCode, body: answer } = await pool.request({ path: pathname, method: 'POST', headers, body });
  const text = await answer.text();
  times.push(performance.now() - from);
  return statusCode < 300 && isResult(text) ? 0 : 1;
}

/** A tool's error comes with 200, too. */
function isResult(text) {
  return text.includes('"result"') && !text.includes('"isError":true');
}

function summary(times, failures) {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)];
  return { requests: times.length, seconds, p50Ms: at(0.5), p99Ms: at(0.99), failures };
}
