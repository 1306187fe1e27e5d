// How everything is measured: those that are compared are up at once, and each is loaded in each turn, one after the other, since what
// a machine gives changes by the minute. Ratios are made turn by turn; the middle of all turns counts.
import { setTimeout as pause } from 'node:timers/promises';
import { coreMicros, cpuMicros, treeCpuMicros } from './cpu.mjs';
import { load } from './generator.mjs';
import { canPin, SERVER_CORE } from './server-process.mjs';

export const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);
export const TURNS = Number(process.env.BENCH_TURNS ?? 3);
const WARM_UP = { connections: 32, seconds: 2 };
const at = (connections) => ({ name: String(connections), connections });
export const STEADY = { name: '1000/s', connections: 64, perSecond: 1_000 };
export const [ONE, MANY] = [at(1), at(32)];
export const ALL_POINTS = [ONE, at(16), MANY, at(128), STEADY];

/** Databases rest when they took less than this of a core for so long. Some of what a call costs comes after its answer. */
const REST = { share: 0.05, lookMs: 250, looks: 3, patienceMs: 5_000 };

/** The one in the middle. */
export const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * Loads each part in each turn at each of its points, every second turn in reverse. A part has a `server`, the `request` that loads it,
 * `points` where it has not all of them, and gets `turns`. A `guest` that fails is out, and gets the reason as `why`.
 * @throws Error when a request to another fails or is answered with an error
 */
export async function inTurns(parts, { points, turns = TURNS, seconds = SECONDS }) {
  const present = () => parts.filter(({ why }) => !why);
  for (const part of present()) await tried(part, () => load(part.server, part.request, WARM_UP));
  for (const part of present()) part.turns = Array.from({ length: turns }, () => ({}));
  for (let turn = 0; turn < turns; turn += 1)
    for (const point of points)
      for (const part of (turn % 2 ? present().reverse() : present()).filter((one) => (one.points ?? points).includes(point)))
        await tried(part, async () => (part.turns[turn][point.name] = await measure(part, { ...point, seconds })));
}

/** What others are measured against may not fail. */
export async function tried(part, act) {
  try {
    return await act();
  } catch (error) {
    if (!part.guest) throw error;
    part.why = (error.stderr || error.message).trim().split('\n')[0];
    process.stderr.write(`SKIPPED: ${part.name}: ${(error.stderr || error.message).trim()}\n`);
  }
}

/** One load of a server: what its clients saw, and the CPU time of each call, in microseconds; that of databases is read when they rest. */
export async function measure({ server, request }, point) {
  const before = look(server);
  const { requests, ...loaded } = await load(server, request, point);
  const after = look(server);
  const rested = server.databases ? await untilRest(server) : after;
  const each = (name, last) => (last[name] - before[name]) / requests;
  return {
    ...loaded,
    cpuMicros: each('cpu', after),
    ...(server.databases && { postgresMicros: each('postgres', rested), clickhouseMicros: each('clickhouse', rested) }),
    ...(canPin && { othersShare: othersShare(before, after) }),
  };
}

/** Of the core of what is measured, the part that others took meanwhile. */
const othersShare = (before, after) => (after.core - before.core - (after.cpu - before.cpu)) / ((after.at - before.at) * 1_000);

function look({ child, databases }) {
  const taken = Object.entries(databases ?? {}).map(([name, pid]) => [name, treeCpuMicros(pid)]);
  return { at: performance.now(), cpu: cpuMicros(child.pid), core: coreMicros(SERVER_CORE), ...Object.fromEntries(taken) };
}

/** Resolves with the last look at a server whose databases have nothing more to do. */
export async function untilRest(server) {
  const until = performance.now() + REST.patienceMs;
  let last = look(server);
  for (let quiet = 0; quiet < REST.looks && last.at < until;) {
    await pause(REST.lookMs);
    const now = look(server);
    const taken = now.postgres + now.clickhouse - last.postgres - last.clickhouse;
    quiet = taken < REST.share * (now.at - last.at) * 1_000 ? quiet + 1 : 0;
    last = now;
  }
  return last;
}

/** The middle of a part's turns, of one figure or of what a function makes of the figures; undefined where it was not measured. */
export const middleOf = ({ turns }, point, figure) => overTurns(turns, (turn) => valueIn(turn[point.name], figure));

/** The same of what two parts' turns say together, each turn by itself: by default how many times the other's figure this one's is. */
export const comparedOf = (part, other, point, figure, compare = (one, beside) => one / beside) =>
  overTurns(part.turns, (turn, n) => compare(valueIn(turn[point.name], figure), valueIn(other.turns[n][point.name], figure)));

const valueIn = (figures, figure) => (typeof figure === 'function' ? figures && figure(figures) : figures?.[figure]);

function overTurns(turns, valueOf) {
  const values = turns?.map(valueOf).filter(Number.isFinite) ?? [];
  return values.length > 0 ? middle(values) : undefined;
}
