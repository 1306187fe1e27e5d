// From `npm start` to the first answered call, on a clone and again, and what memory a gateway takes that does nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EmbeddedPostgres } from '../../dist/database/embedded-postgres.js';
import { residentMegabytes, withDescendants } from './cpu.mjs';
import { address, HEADERS, isReady, postmaster, startGateway } from './gateway.mjs';
import { assertAnswers } from './measure.mjs';
import { CALL } from './rows.mjs';
import { useAllCores } from './server-process.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const NOT_IN_A_CLONE = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', 'gateway.yaml']);
/** After the first answer, for what goes on behind it. */
const SETTLE_MS = 5_000;

export async function measureStarts() {
  useAllCores();
  const folder = clone();
  try {
    const first = await start(folder);
    const everything = await idleMegabytes(first.pid, postmaster(new EmbeddedPostgres(join(folder, 'data'))));
    await first.stop();
    const again = await start(folder, first.key);
    await again.stop();
    return [
      { figure: '`npm start` on a clone with dependencies, first call answered', value: first.seconds, unit: 's', digits: 1 },
      { figure: '`npm start` again, first call answered', value: again.seconds, unit: 's', digits: 1 },
      { figure: 'idle, everything embedded, all processes', value: everything, unit: 'MB' },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `git clone` and `npm ci` leave, without a build and without data. */
function clone() {
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-clone-'));
  chmodSync(folder, 0o711);
  cpSync(ROOT, folder, { recursive: true, filter: (path) => !NOT_IN_A_CLONE.has(relative(ROOT, path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** `npm start` in this folder until a call was answered; a first start shows the key. */
async function start(folder, knownKey) {
  const started = performance.now();
  const env = { ...process.env, GATEWAY_PORT: '0', GATEWAY_MCP_PORT: '0' };
  const npm = spawn('npm', ['start'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const output = await untilReady(npm);
  const key = knownKey ?? /API key\s+(\S+)/.exec(output)[1];
  const server = { url: address('MCP', output), headers: { ...HEADERS, authorization: `Bearer ${key}` } };
  await assertAnswers({ server, request: CALL });
  const seconds = (performance.now() - started) / 1_000;
  const [, pid] = withDescendants(npm.pid); // npm → the gateway → its ClickHouse
  const stop = async () => {
    const exited = once(npm, 'exit');
    process.kill(pid, 'SIGTERM');
    await exited;
  };
  return { seconds, key, pid, stop };
}

/** Resolves with what it wrote when it is ready. */
async function untilReady(npm) {
  let output = '';
  for await (const chunk of npm.stderr.iterator({ destroyOnReturn: false })) {
    output += chunk;
    if (isReady(output)) break;
  }
  npm.stderr.resume();
  if (!isReady(output)) throw new Error(`npm start ended:\n${output}`);
  return output;
}

async function idleMegabytes(...pids) {
  await setTimeout(SETTLE_MS);
  const all = pids.map(residentMegabytes);
  return all.includes(undefined) ? undefined : all.reduce((sum, megabytes) => sum + megabytes, 0);
}

/** What a gateway takes alone, with databases in processes of their own. */
export async function measureIdle() {
  const server = await startGateway();
  try {
    await assertAnswers({ server, request: CALL });
    return [{ figure: 'idle, the gateway with external databases', value: await idleMegabytes(server.child.pid), unit: 'MB' }];
  } finally {
    await server.stop();
  }
}
