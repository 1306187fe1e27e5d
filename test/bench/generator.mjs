// The load generators, each in a process of its own: that of tools/ in Go, or without Go that of load.mjs in Node. wrk where it is
// asked for (BENCH_LOAD=wrk), as a second opinion: it has neither a fixed rate nor sessions, so those stay with the others.
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endedCpuMicros } from './cpu.mjs';
import { tool } from './install.mjs';

const run = promisify(execFile);
const HERE = import.meta.dirname;
const WORDS = { go: 'tools/load (Go)', node: 'load.mjs (Node: autocannon, in whole milliseconds)', wrk: 'wrk' };
const main = process.env.BENCH_LOAD ?? 'go';
if (!WORDS[main]) throw new Error(`BENCH_LOAD is go, node or wrk, not ${main}`);
if (main === 'wrk' && spawnSync('wrk', ['-v']).error) throw new Error('BENCH_LOAD=wrk: wrk is not installed');

let program;
let noGo;

/** Whether there is one in Go, which is built at the first question; `whyNoGo` has the reason where there is not. */
export function hasGo() {
  if (program || noGo) return Boolean(program);
  try {
    program = tool('load');
  } catch (error) {
    noGo = error.message;
  }
  return Boolean(program);
}

export const whyNoGo = () => noGo;

const fallback = () => (main !== 'node' && hasGo() ? 'go' : 'node');

/** Which one loads, in words. */
export const generatorWords = () =>
  main === 'wrk' ? `${WORDS.wrk}; at a fixed rate and with sessions ${WORDS[fallback()]}` : WORDS[fallback()];

/**
 * Loads a server with a request, `{ body, expected }` again and again, or without a body calls of `add` with a session each (Go alone
 * can do that). `perSecond`: a fixed rate, whatever the server does; a late answer counts from the moment it was due. Resolves with
 * `requests`, also those of the warm-up, `perSecond`, `p50Ms` and `p99Ms` of the others, and the CPU time of the generator itself.
 * @throws Error with the first wrong answer
 */
export async function load(server, request, point) {
  const wanted = { warm: point.seconds / 4, ...point };
  const before = endedCpuMicros(process.pid);
  const result = await generate[which(request, point)](server, request, wanted);
  if (result.failures) throw new Error(`${result.failures} failed requests`);
  return { ...result, generatorMicros: (endedCpuMicros(process.pid) - before) / result.requests };
}

const which = ({ body }, { perSecond }) => {
  if (!body) return 'go';
  return main === 'wrk' && !perSecond ? 'wrk' : fallback();
};

const generate = {
  go: async ({ url, headers }, { body, expected = '"result"', modern }, { connections, perSecond, seconds, warm }) => {
    const times = ['-seconds', seconds, '-warm', warm, '-connections', connections, '-rate', perSecond ?? 0];
    const what = body ? ['-body', body, '-expected', expected] : modern ? ['-modern'] : [];
    if (!hasGo()) throw new Error(noGo);
    return lastLineOf(program, ['-url', url, ...sent('-header', headers), ...times.map(String), ...what]);
  },
  node: ({ url, headers }, { body, expected = '"result"' }, point) =>
    lastLineOf(process.execPath, [join(HERE, 'load.mjs'), JSON.stringify({ url, headers, body, expected, ...point })]),
  wrk: ({ url, headers }, { body, expected = '"result"' }, { connections, seconds }) => {
    const times = ['-t1', `-c${connections}`, `-d${Math.ceil(seconds)}s`];
    const env = { ...process.env, BENCH_BODY: body, BENCH_EXPECTED: expected };
    return lastLineOf('wrk', [...times, '-s', join(HERE, 'tools', 'wrk.lua'), ...sent('-H', headers), url], { env });
  },
};

const sent = (flag, headers) => Object.entries(headers).flatMap(([name, value]) => [flag, `${name}: ${value}`]);

const lastLineOf = async (command, args, options) =>
  JSON.parse((await run(command, args, options)).stdout.trim().split('\n').at(-1));
