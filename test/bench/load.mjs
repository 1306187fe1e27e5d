// One load run where there is no Go, in a process of its own so that it can be pinned to another core than the server.
// Prints what generator.mjs says of it as JSON.
import autocannon from 'autocannon';
import { Pool } from 'undici';

const { url, body, expected, headers, connections, seconds, warm, perSecond } = JSON.parse(process.argv[2]);
const { origin, pathname } = new URL(url);
const measure = perSecond ? steadyRate : connections === 1 ? oneClient : manyClients;
console.log(JSON.stringify(await measure()));

async function manyClients() {
  const options = { url, method: 'POST', body, headers, connections, verifyBody: isResult };
  const run = (duration) => autocannon({ ...options, duration });
  const warmedUp = await run(Math.max(warm, 1));
  const result = await run(seconds);
  return {
    requests: warmedUp['2xx'] + result['2xx'],
    perSecond: result['2xx'] / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts + result.mismatches,
  };
}

/** One request after the other, timed here: autocannon's histogram has whole milliseconds only. */
async function oneClient() {
  const pool = new Pool(origin, { connections: 1 });
  const [times, warmUp] = [[], []];
  let failures = 0;
  const from = performance.now() + warm * 1_000;
  for (let now = performance.now(); now - from < seconds * 1_000; now = performance.now())
    failures += await timed(pool, now, now < from ? warmUp : times);
  await pool.close();
  return summary(times, warmUp.length, failures);
}

/** Late by a millisecond at most, which is in the figures. */
async function steadyRate() {
  const pool = new Pool(origin, { connections });
  const [times, warmUp] = [[], []];
  const sent = [];
  const started = performance.now();
  for (let n = 0; n < perSecond * (warm + seconds); n += 1) {
    const due = started + (n * 1_000) / perSecond;
    while (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, 1));
    sent.push(timed(pool, due, n < perSecond * warm ? warmUp : times));
  }
  const failures = (await Promise.all(sent)).reduce((sum, failed) => sum + failed, 0);
  await pool.close();
  return summary(times, warmUp.length, failures);
}

async function timed(pool, from, times) {
  const { statusCode, body: answer } = await pool.request({ path: pathname, method: 'POST', headers, body });
  const text = await answer.text();
  times.push(performance.now() - from);
  return statusCode < 300 && isResult(text) ? 0 : 1;
}

/** A tool's error comes with 200, too. */
function isResult(text) {
  return text.includes(expected) && !text.includes('"isError":true');
}

function summary(times, warmUps, failures) {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)];
  return { requests: warmUps + times.length, perSecond: times.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99), failures };
}
