// The load generator of tools/: one run of it in a process of its own.
import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PAUSE_MS = 200;
const START_MS = 60_000;

/**
 * Resolves with `requests`, also those of the warm-up, and `perSecond`, `p50Ms`, `p99Ms` of the others.
 * @throws Error with the first wrong answer
 */
export async function load({ url, headers }, { program, modern, connections, seconds, warm = seconds / 4 }) {
  const sent = Object.entries(headers).flatMap(([name, value]) => ['-header', `${name}: ${value}`]);
  const times = ['-seconds', String(seconds), '-warm', String(warm), '-connections', String(connections)];
  const { stdout } = await run(program, ['-url', url, ...sent, ...times, ...(modern ? ['-modern'] : [])]);
  return JSON.parse(stdout);
}

/** Resolves when a server that was just started answers calls rightly, or with the Error of one that does not. */
export async function untilAnswers(server, options) {
  const until = Date.now() + START_MS;
  let ended;
  server.ended.then((error) => (ended = error));
  for (;;) {
    try {
      await load(server, { ...options, connections: 1, seconds: 0.2, warm: 0 });
      return undefined;
    } catch (error) {
      if (ended || Date.now() > until) return ended ?? new Error(`${error.stderr ?? error.message}\n${server.output()}`);
    }
    await setTimeout(PAUSE_MS);
  }
}
