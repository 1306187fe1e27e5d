import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { audit, type Violation } from './auditor.js';
import { readBooks, unsettled, type Books } from './books.js';
import { Cluster, LEASE_SECONDS } from './cluster.js';
import { callOff, inject } from './faults.js';
import { ENDINGS, JournalKeeper, type Ending, type JournaledCall } from './journal.js';
import { FAULT_NAMES, FAULTS, scheduleOf, type FaultName, type KindOfFault, type PlannedFault } from './schedule.js';
import { RestCaller } from './users.js';
import { Workload } from './workload.js';

/** Longer than any backoff, lease and timeout of a gateway together. */
const SETTLE_MS = 180_000;
/** A verification that ends later has begun after the end of the faults. */
const VERIFIED_WITHIN_MS = 10_000;

export interface FaultRunOptions {
  seed: number;
  durationMs: number;
  gateways: number;
  /** How many call at the same time. */
  callers: number;
  /** Mean pause between two faults. */
  pauseMs: number;
  /** Whether PostgreSQL has one; unset: where one of the names needs it. */
  standby?: boolean;
  /** Unset: all that are possible here. */
  names?: readonly FaultName[];
  log: (line: string) => void;
  /** A folder that keeps the journal, the books and the gateways' logs; unset: they are removed with everything else. */
  keepIn?: string;
}

export interface FaultRunResult {
  calls: number;
  attempts: Record<Ending, number>;
  statuses: Record<string, number>;
  /** Answered calls that had a price and lasted longer than a lease. */
  outlasting: number;
  /** Records that say that a lease was lost. */
  expired: number;
  /** Calls with something wrong on purpose. */
  hostile: number;
  /** Runs of the slow server's tool. */
  slowRuns: number;
  /** Keys revoked, and gifts of credits booked. */
  revocations: number;
  grants: number;
  records: number;
  /** Hours that were compared between the rollup and the rows. */
  hoursRolledUp: number;
  /** Of ClickHouse, when it started. */
  brokenParts: string[];
  /** Records that ClickHouse had lost and was given again. */
  healed: number;
  faults: Partial<Record<FaultName, number>>;
  /** Faults that found their target down already. */
  missed: number;
  settledInMs: number;
  violations: Violation[];
}

/** Runs a cluster under load and faults, lets it settle, and compares what clients know with what is in the books. */
export async function runFaults(options: FaultRunOptions): Promise<FaultRunResult> {
  const standby = options.standby ?? options.names?.some((name) => needOf(name) === 'standby') ?? false;
  const cluster = await Cluster.start({ gateways: options.gateways, disks: options.names === undefined, standby });
  const journal = new JournalKeeper(join(cluster.folder, 'journal.ndjson'), cluster.slowServer.runs);
  const rest = new RestCaller(cluster);
  const workload = new Workload(cluster, rest, journal, options);
  try {
    const working = workload.run(await rest.introduceAll());
    const done = await injectAll(cluster, journal, options);
    await callOff(cluster);
    options.log('No more faults; waiting for every part to be ready');
    await cluster.healthy(SETTLE_MS);
    workload.finish();
    await working;
    await restartClickHouse(cluster);
    const settledInMs = await settle(cluster);
    const books = await readBooks(cluster, await eventually(() => rest.integrity(0), SETTLE_MS));
    writeFileSync(join(cluster.folder, 'books.ndjson'), linesOf(books));
    const violations = audit(journal, books);
    const expired = books.rows.filter(({ errorCode }) => errorCode === 'LEASE_EXPIRED').length;
    const { healed, brokenParts } = books;
    const counts = { records: books.rows.length, expired, hoursRolledUp: books.rollup.length, brokenParts, healed };
    return { ...summaryOf(journal), ...counts, ...done, settledInMs, violations };
  } finally {
    workload.finish();
    await journal.close();
    await cluster.stop(options.keepIn);
  }
}

const SKIPPED = {
  'postgres disk': 'no disk can be mounted here, as root can where PostgreSQL has no standby',
  'clickhouse disk': 'no disk can be mounted here, as root can',
  standby: 'give --standby',
};
const needOf = (name: FaultName): KindOfFault['needs'] => (FAULTS[name] as KindOfFault).needs;

function plan(options: FaultRunOptions, cluster: Cluster): PlannedFault[] {
  const has = {
    'postgres disk': cluster.disks.postgres !== undefined,
    'clickhouse disk': cluster.disks.clickhouse !== undefined,
    standby: cluster.pair !== undefined,
  };
  const possible = FAULT_NAMES.filter((name) => needOf(name) === undefined || has[needOf(name)!]);
  const names = options.names ?? possible;
  const left = options.names ? [] : FAULT_NAMES.filter((name) => !possible.includes(name));
  if (left.length > 0) options.log(`SKIPPED: ${left.map((name) => `${name} (${SKIPPED[needOf(name)!]})`).join(', ')}`);
  return scheduleOf({ ...options, names });
}

async function injectAll(cluster: Cluster, journal: JournalKeeper, options: FaultRunOptions) {
  const { durationMs, log } = options;
  const started = performance.now();
  const faults: FaultRunResult['faults'] = {};
  let missed = 0;
  const at = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, started + ms - performance.now())));
  const one = async (fault: PlannedFault) => {
    const what = `${(fault.atMs / 1_000).toFixed(1).padStart(7)} s  ${fault.name}, gateway ${fault.gateway}, ${fault.lastsMs} ms`;
    const { name, gateway } = fault;
    const fromMs = performance.now();
    try {
      log(what);
      await inject(cluster, fault, journal).finally(() => journal.broke({ name, gateway, fromMs, toMs: performance.now() }));
      faults[fault.name] = (faults[fault.name] ?? 0) + 1;
    } catch (error) {
      missed += 1;
      log(`${what}: missed, ${(error as Error).message}`);
    }
  };
  const running: Promise<void>[] = [];
  for (const fault of plan(options, cluster)) {
    await at(fault.atMs);
    running.push(one(fault));
  }
  await at(durationMs);
  await Promise.all(running);
  return { faults, missed };
}

/** Milliseconds until nothing waited any more, and ClickHouse was verified. What still waits when the time is over, the auditor finds. */
async function settle(cluster: Cluster): Promise<number> {
  const started = performance.now();
  const since = new Date(Date.now() + VERIFIED_WITHIN_MS);
  const nothingWaits = async () => {
    const waiting = await unsettled(cluster, since);
    if (waiting.length > 0) throw new Error(waiting.join(', '));
  };
  await eventually(nothingWaits, SETTLE_MS).catch(() => undefined);
  return Math.round(performance.now() - started);
}

/** A part that a full disk has broken may look whole, and fail whoever reads it, until a start takes it away and names it. */
async function restartClickHouse(cluster: Cluster): Promise<void> {
  const { restarts } = cluster.supervisors.clickhouse;
  cluster.clickhouse.kill();
  await eventually(() => {
    if (cluster.supervisors.clickhouse.restarts === restarts) throw new Error('ClickHouse is down');
  }, SETTLE_MS);
}

/** For whoever wants to look into a violation. */
const linesOf = ({ rows, ledger, ...others }: Books): string =>
  [...rows, ...ledger, others].map((line) => `${JSON.stringify(line)}\n`).join('');

function summaryOf({ calls, revokedMs, grants, runs }: JournalKeeper) {
  const attempts = Object.fromEntries(ENDINGS.map((ending) => [ending, 0])) as FaultRunResult['attempts'];
  const statuses: Record<string, number> = {};
  for (const { ending, status = 'none' } of calls.flatMap((call) => call.attempts)) {
    attempts[ending] += 1;
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return {
    calls: calls.length,
    attempts,
    statuses,
    outlasting: calls.filter(outlastsItsLease).length,
    hostile: calls.filter(({ hostility }) => hostility !== undefined).length,
    slowRuns: [...runs.values()].reduce((total, times) => total + times, 0),
    revocations: revokedMs.size,
    grants: grants.length,
  };
}

const outlastsItsLease = ({ price, accountId, attempts }: JournaledCall) =>
  price > 0 &&
  accountId !== null &&
  attempts.some(
    ({ ending, isError, startedMs, endedMs }) => ending === 'answered' && !isError && endedMs - startedMs > 1_000 * LEASE_SECONDS,
  );
