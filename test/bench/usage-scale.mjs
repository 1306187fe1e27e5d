// Statistics and history over many usage rows, in the embedded engine: what a person waits for.
// Usage: node test/bench/usage-scale.mjs [rows, default 10000000] [folder]     (after `npm run build`)
// With a folder the data stays there, and the next run measures it again, or goes on filling it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouse } from '../../dist/clickhouse/clickhouse.js';
import { migrateClickHouse, MIGRATIONS_FOLDER } from '../../dist/clickhouse/clickhouse-migrator.js';
import { UsageCountsRepository } from '../../dist/usage/usage-counts.repository.js';
import { UsageHistoryQuery } from '../../dist/usage/usage-history.dto.js';
import { UsageLogRepository } from '../../dist/usage/usage-log.repository.js';
import { UsageQueries } from '../../dist/usage/usage-queries.service.js';
import { DAYS, fillUsage, KEYS_PER_USER, userId } from './usage-data.mjs';

const ROWS = Number(process.argv[2] ?? 10_000_000);
const USERS = 10_000;
const REPEATS = 40;

const folder = process.argv[3] ?? mkdtempSync(join(tmpdir(), 'tallygate-scale-'));
const clickhouse = new ClickHouse({ values: { data_dir: folder } });
await clickhouse.start();
await migrateClickHouse(clickhouse, MIGRATIONS_FOLDER);
const counts = new UsageCountsRepository(clickhouse);
try {
  const started = performance.now();
  const progress = (words) => process.stderr.write(`${Math.round((performance.now() - started) / 1_000)} s: ${words}\n`);
  const until = await fillUsage(clickhouse, counts, { rows: ROWS, users: USERS, progress });
  console.log(`${ROWS} rows of ${USERS} users with ${USERS * KEYS_PER_USER} keys in ${DAYS} days`);
  await measure(queriesAt(until));
} finally {
  await clickhouse.onApplicationShutdown();
  if (!process.argv[3]) rmSync(folder, { recursive: true, force: true });
}

/** As the gateway asks, every hour rolled up. */
function queriesAt(now) {
  const clean = { findBetween: async () => [] };
  return new UsageQueries(new UsageLogRepository(clickhouse), counts, clean, { now: () => now });
}

async function measure(queries) {
  const page = Object.assign(new UsageHistoryQuery(), { page: 1, page_size: 50 });
  const people = { 'the busiest user': 0, 'a user in the middle': USERS / 2 };
  for (const [who, n] of Object.entries(people)) {
    const { total_calls } = await queries.stats(userId(n), DAYS);
    console.log(`${who}: ${total_calls} calls in ${DAYS} days`);
    report('  stats over 30 days', await times(() => queries.stats(userId(n), DAYS)));
    report('  history, first page', await times(() => queries.history(userId(n), page)));
  }
}

/** Milliseconds, sorted. */
async function times(ask) {
  const taken = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const started = performance.now();
    await ask();
    taken.push(performance.now() - started);
  }
  return taken.sort((a, b) => a - b);
}

function report(name, sorted) {
  const at = (share) => sorted[Math.floor(sorted.length * share)].toFixed(1);
  console.log(`${name}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`);
}
