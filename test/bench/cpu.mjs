// What /proc says of CPU time and memory. Undefined where there is none.
import { readdirSync, readFileSync } from 'node:fs';

const MICROS_PER_TICK = 10_000; // USER_HZ is 100 on Linux
/** Fields of /proc/{pid}/stat from the state on: user and system time of a process, and of its children that it has waited for. */
const [PARENT, OWN, ENDED] = [1, 11, 13];

/** User and system time of a process so far, in microseconds. */
export const cpuMicros = (pid) => timeIn(statOf(pid), OWN);

/** The same of all its children that have ended: what a program took that this process ran. */
export const endedCpuMicros = (pid) => timeIn(statOf(pid), ENDED);

/** The same of a process and all below it, also of what has ended, since that is in its parent's account. */
export function treeCpuMicros(pid) {
  const stats = allStats();
  if (!stats.has(String(pid))) return undefined;
  return treeIn(stats, pid).reduce((sum, one) => sum + timeIn(stats.get(one), OWN) + timeIn(stats.get(one), ENDED), 0);
}

/** How long a core has been busy, with all that ran on it. */
export function coreMicros(core) {
  const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(textOf('/proc/stat') ?? '')?.[1];
  if (!line) return undefined;
  const [user, nice, system, , , irq, softirq, steal] = line.split(' ').map(Number);
  return (user + nice + system + irq + softirq + steal) * MICROS_PER_TICK;
}

/** Resident megabytes of a process and all below it; pages that several share are counted once (PSS). */
export function residentMegabytes(pid) {
  const kilobytes = withDescendants(pid).map((one) => /^Pss:\s+(\d+)/m.exec(textOf(`/proc/${one}/smaps_rollup`) ?? '')?.[1]);
  return kilobytes.includes(undefined) ? undefined : kilobytes.reduce((sum, count) => sum + Number(count), 0) / 1_024;
}

/** A process and all below it, the process first. */
export const withDescendants = (pid) => treeIn(allStats(), pid).map(Number);

function treeIn(stats, pid) {
  const children = [...stats.keys()].filter((one) => stats.get(one)[PARENT] === String(pid));
  return [String(pid), ...children.flatMap((child) => treeIn(stats, child))];
}

/** At one moment, as nearly as it can be had. */
function allStats() {
  const pids = textsOf('/proc').filter((name) => /^\d+$/.test(name));
  return new Map(pids.map((pid) => [pid, statOf(pid)]).filter(([, stat]) => stat));
}

const statOf = (pid) => textOf(`/proc/${pid}/stat`)?.split(') ').at(-1).split(' ');
const timeIn = (stat, at) => stat && (Number(stat[at]) + Number(stat[at + 1])) * MICROS_PER_TICK;
const textOf = (path) => orNothing(() => readFileSync(path, 'utf8'));
const textsOf = (path) => orNothing(() => readdirSync(path)) ?? [];

/** A process may end between two looks, and another user's may not be looked at. */
function orNothing(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}
