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

/** Starts a program pinned to a core where that can be done; resolves when `isReady` accepts its output. */
export function startServer({ args, env, core, isReady }) {
  const [program, ...rest] = pinned(core, [process.execPath, ...args]);
  const child = spawn(program, rest, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  return new Promise((resolve, reject) => {
    const read = (chunk) => {
      output += chunk;
      if (isReady(output)) resolve({ child, output, stop: () => stop(child) });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}:\n${output}`)));
  });
}

const pinned = (core, command) => (canPin ? ['taskset', '-c', String(core), ...command] : command);

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

function stop(child) {
  child.removeAllListeners('exit');
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
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
