// How a row is measured: a server is started, and loaded three times; the middle one counts.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cpuMicros, makeRoom } from './server-process.mjs';

const LOAD = join(dirname(fileURLToPath(import.meta.url)), 'load.mjs');
const run = promisify(execFile);
export const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);
export const RUNS = 3;
export const STEADY_PER_SECOND = 1_000;
export const CONNECTIONS = 32;

/** @throws Error when a request fails or is answered with an error. */
export async function measure({ start, body, answers = '"result"', connections = CONNECTIONS, steady = false, hasUpstream }) {
  makeRoom({ hasUpstream });
  const server = await start({});
  try {
    await assertAnswers(server, body, answers);
    const runs = [];
    for (let n = 0; n < RUNS; n += 1) runs.push(await measureOnce(server, { body, connections, steady }));
    runs.sort((a, b) => a.perSecond - b.perSecond);
    return runs[Math.floor(RUNS / 2)];
  } finally {
    await server.stop();
  }
}

/** Many clients, one, and where it is `steady` so many calls a second, one after the other. */
export async function measureOnce(server, { body, connections, steady }) {
  const before = cpuMicros(server.child.pid);
  const busy = await load(server, { body, connections });
  const after = cpuMicros(server.child.pid);
  const alone = await load(server, { body, connections: 1 });
  const even = steady ? await load(server, { body, connections: 64, perSecond: STEADY_PER_SECOND }) : {};
  // The warm-up second is in the CPU time and not in the requests; scale by the time measured.
  const cpu = before === undefined ? undefined : ((after - before) * (busy.seconds / (busy.seconds + 1))) / busy.requests;
  return {
    perSecond: busy.requests / busy.seconds,
    p99Ms: busy.p99Ms,
    cpuMicros: cpu,
    aloneP50Ms: alone.p50Ms,
    aloneP99Ms: alone.p99Ms,
    steadyP50Ms: even.p50Ms,
    steadyP99Ms: even.p99Ms,
  };
}

/**
 * One load run in a process of its own (load.mjs).
 * @throws Error when a request fails.
 */
export async function load({ url, headers }, { body, connections, perSecond }) {
  const options = JSON.stringify({ url, headers, body, connections, perSecond, seconds: SECONDS });
  const result = JSON.parse((await run(process.execPath, [LOAD, options])).stdout);
  if (result.failures) throw new Error(`${result.failures} failed requests`);
  return result;
}

/** @throws Error when the answer is not the one that is to be measured. */
export async function assertAnswers({ url, headers }, body, answers) {
  const answer = await fetch(url, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok || !text.includes(answers) || text.includes('"isError":true')) throw new Error(`${answer.status} ${text}`);
}

/** The one in the middle. */
export const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
