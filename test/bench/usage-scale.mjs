// Statistics and history over many usage rows, in the embedded engine: what a person waits for. `npm run bench -- usage`, or
// node test/bench/usage-scale.mjs [rows, default 10000000] [folder]     (after `npm run build`)
// With a folder the data stays there, and the next run measures it again, or goes on filling it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageCountsRepository } from '../../dist/usage/reports/usage-counts.repository.js';
import { UsageHistoryQuery } from '../../dist/usage/reports/usage-history.dto.js';
import { UsageLogRepository } from '../../dist/usage/reports/usage-log.repository.js';
import { UsageQueries } from '../../dist/usage/reports/usage-queries.service.js';
import { DAYS, fillUsage, keyId, usageEngine, userId } from './usage-data.mjs';

const ROWS = 10_000_000;
const USERS = 10_000;
const REPEATS = 40;
const ROLLUPS = 5;
const PEOPLE = { 'the busiest user': 0, 'a user in the middle': USERS / 2 };
const PAGE_SIZE = 50;

export async function measureUsage(rows = ROWS, kept) {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'tallygate-scale-'));
  const clickhouse = await usageEngine(folder);
  const counts = new UsageCountsRepository(clickhouse);
  try {
    const started = performance.now();
    const progress = (words) => process.stderr.write(`${Math.round((performance.now() - started) / 1_000)} s: ${words}\n`);
    const until = await fillUsage(clickhouse, counts, { rows, users: USERS, progress });
    const figures = [{ figure: 'rows', value: rows, unit: '' }, ...(await measureRollup(counts, until))];
    for (const who of Object.keys(PEOPLE)) figures.push(...(await measureReads(queriesAt(until, clickhouse, counts), who)));
    return figures;
  } finally {
    await clickhouse.onApplicationShutdown();
    if (!kept) rmSync(folder, { recursive: true, force: true });
  }
}

/** As the gateway asks: the last hour is not over, all before are rolled up. */
function queriesAt(now, clickhouse, counts) {
  const dirty = { findBetween: async () => [hourAt(now)] };
  return new UsageQueries(new UsageLogRepository(clickhouse), counts, dirty, { now: () => now });
}

const hourAt = (ms) => `${new Date(ms).toISOString().slice(0, 13).replace('T', ' ')}:00:00`;

/** The hour that was the last to end. */
function measureRollup(counts, until) {
  return timed('an hour rolled up', () => counts.recompute(hourAt(until - 3_600_000), String(DAYS)), ROLLUPS);
}

async function measureReads(queries, who) {
  const user = userId(PEOPLE[who]);
  const { total_calls } = await queries.stats(user, DAYS);
  const history = (query) =>
    queries.history(user, Object.assign(new UsageHistoryQuery(), { page: 1, page_size: PAGE_SIZE }, query));
  const middle = Math.ceil(total_calls / PAGE_SIZE / 2);
  return [
    { figure: `calls of ${who}`, value: total_calls, unit: '' },
    ...(await timed(`${who}: statistics, ${DAYS} days`, () => queries.stats(user, DAYS))),
    ...(await timed(`${who}: history, first page`, () => history())),
    ...(await timed(`${who}: history, page ${middle}`, () => history({ page: middle }))),
    ...(await timed(`${who}: history of a tool`, () => history({ tool_name: 'echo' }))),
    ...(await timed(`${who}: history of a key`, () => history({ api_key_id: keyId(PEOPLE[who], 0) }))),
  ];
}

/** The middle and the second longest, which of 40 is the 95th percentile. */
async function timed(figure, ask, repeats = REPEATS) {
  const taken = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const started = performance.now();
    await ask();
    taken.push(performance.now() - started);
  }
  taken.sort((a, b) => a - b);
  return [
    { figure: `${figure}, p50`, value: taken[Math.floor(repeats / 2)], unit: 'ms' },
    { figure: `${figure}, p95`, value: taken[repeats - 2], unit: 'ms' },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figures = await measureUsage(Number(process.argv[2] ?? ROWS), process.argv[3]);
  for (const { figure, value, unit } of figures) console.log(`${figure}: ${value.toFixed(0)} ${unit}`);
}
