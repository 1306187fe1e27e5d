import { execFileSync, spawn } from 'node:child_process';
import { cpus } from 'node:os';

const CORES = cpus().length;
export const SERVER_CORE = 0;
export const UPSTREAM_CORE = 1;
export const canPin = CORES > 1 && hasTaskset();

/** For what is not measured, load and databases: every core but the first two, and where there are but two, the upstream's. */
const OTHER_CORES = CORES > 2 ? `2-${CORES - 1}` : String(UPSTREAM_CORE);

/** Moves this process to the cores for what is not measured, and with it what it starts from now on. */
export const makeRoom = () => moveTo(OTHER_CORES);

/** Who is where. */
export const ARRANGEMENT = !canPin
  ? `All on the same cores, for want of ${CORES > 1 ? 'taskset' : 'a second one'}`
  : `Core ${SERVER_CORE}: what is measured, alone; core ${UPSTREAM_CORE}: upstreams${
      CORES > 2 ? `; cores ${OTHER_CORES}: ` : ' and '
    }load generator, PostgreSQL, ClickHouse, Redis`;

/** Gives this process back all cores, for what is measured as it is used. */
export const useAllCores = () => moveTo(`0-${CORES - 1}`);

function moveTo(cores) {
  if (canPin) execFileSync('taskset', ['-acp', cores, String(process.pid)], { stdio: 'ignore' });
}

/** Starts a program, Node where none is named, pinned to a core where that can be done; resolves when `isReady` accepts its output. */
export function startServer({ isReady, ...program }) {
  const server = spawnServer(program);
  return new Promise((resolve, reject) => {
    const read = () => isReady(server.output()) && resolve({ ...server, output: server.output() });
    server.child.stdout.on('data', read);
    server.child.stderr.on('data', read);
    server.ended.then(reject);
  });
}

/** Starts it the same, and does not wait. `ended` resolves with an Error when it ends before it is told to `stop`. */
export function spawnServer({ program = process.execPath, args, env, core }) {
  const [command, ...rest] = pinned(core, [program, ...args]);
  const child = spawn(command, rest, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code) => resolve(new Error(`${args.join(' ')} ended with ${code}:\n${output}`)));
  });
  return { child, output: () => output, ended, stop: (signal) => stop(child, signal) };
}

/** A command as it is run on a core, where that can be done; `null`: on those of this process. */
export const pinned = (core, command) => (canPin && core !== null ? ['taskset', '-c', String(core), ...command] : command);

function stop(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill(signal);
  });
}

function hasTaskset() {
  try {
    execFileSync('taskset', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
