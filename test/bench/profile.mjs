// `BENCH_PROFILE=1 npm run bench -- <part of a row's name>`: where the CPU time of that row's server goes under load.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from './generator.mjs';
import { makeRoom } from './server-process.mjs';
import { MANY, SECONDS } from './turns.mjs';

const SHOWN = 40;
const nowMicros = () => Number(process.hrtime.bigint() / 1_000n); // the clock of V8's profiles

/** Profiles the server of a row (rows.mjs). */
export async function profile({ name, start, request }) {
  makeRoom();
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-profile-'));
  const server = await start({ nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${folder}`] });
  let busy;
  try {
    const loaded = () => load(server, request, { ...MANY, seconds: SECONDS });
    await loaded(); // warm
    const from = nowMicros();
    await loaded();
    busy = { from, until: nowMicros() };
  } finally {
    await server.stop();
  }
  console.log(`\n${name}`);
  const file = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.cpuprofile')),
  );
  print(selfTimes(JSON.parse(readFileSync(file, 'utf8')), busy));
  console.log(`\nThe whole profile, for a browser's developer tools: ${file}`);
}

/** Microseconds by function, without what it calls, most first. */
function selfTimes({ nodes, samples, timeDeltas, startTime }, { from, until }) {
  const nameOf = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map();
  let at = startTime;
  samples.forEach((id, n) => {
    at += timeDeltas[n];
    if (at < from || at > until) return;
    const name = nameOf.get(id);
    times.set(name, (times.get(name) ?? 0) + timeDeltas[n]);
  });
  return [...times].sort(([, a], [, b]) => b - a);
}

const placeOf = ({ functionName, url, lineNumber }) => {
  const file = url.replace(/^.*\/(dist|node_modules)\//, '$1/');
  return `${functionName || '(anonymous)'}${file && ` ${file}:${lineNumber + 1}`}`;
};

function print(times) {
  const total = times.reduce((sum, [, micros]) => sum + micros, 0);
  console.log('| self time | function |\n| ---: | --- |');
  for (const [name, micros] of times.slice(0, SHOWN)) console.log(`| ${((100 * micros) / total).toFixed(1)} % | ${name} |`);
}
