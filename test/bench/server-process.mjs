import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const TICKS_PER_SECOND = 100; // USER_HZ on Linux
const CORES = cpus().length;
export const SERVER_CORE = 0;
/** A server behind the one that is measured has a core to itself: it is to be the slower part. */
export const UPSTREAM_CORE = 1;
export const canPin = CORES > 1 && hasTaskset();

/**
 * Moves this process to the cores for what is not measured, and with it what it starts from now on: load and databases. That is
 * every core but the server's; with an upstream every core but these two, and where there are but two, the server's.
 */
export function makeRoom({ hasUpstream = false }) {
  const first = hasUpstream ? UPSTREAM_CORE + 1 : SERVER_CORE + 1;
  moveTo(first < CORES ? `${first}-${CORES - 1}` : SERVER_CORE);
}

/** Gives this process back all cores, for what is measured as it is used. */
export const useAllCores = () => moveTo(`0-${CORES - 1}`);

function moveTo(cores) {
  if (canPin) execFileSync('taskset', ['-acp', String(cores), String(process.pid)], { stdio: 'ignore' });
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

/** A command as it is run on a core, where that can be done. */
export const pinned = (core, command) => (canPin ? ['taskset', '-c', String(core), ...command] : command);

/** User and system time of a process so far, in microseconds. Undefined where there is no /proc. */
export function cpuMicros(pid) {
  const fields = statOf(pid);
  return fields && ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
}

/**
 * Resident megabytes of a process and all below it; pages that several share are counted once (PSS). Undefined where there
 * is no /proc, or another's processes may not be looked at.
 */
export function residentMegabytes(pid) {
  try {
    const kilobytes = withDescendants(pid).map(
      (one) => /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))[1],
    );
    return kilobytes.reduce((sum, count) => sum + Number(count), 0) / 1_024;
  } catch {
    return undefined;
  }
}

/** A process and all below it, the process first. */
export function withDescendants(pid) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = all.filter((one) => statOf(one)?.[1] === String(pid));
  return [pid, ...children.flatMap(withDescendants)];
}

/** What /proc/{pid}/stat says, from the state on. */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  } catch {
    return undefined;
  }
}

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
