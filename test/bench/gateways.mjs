// `npm run bench -- gateways`: one, then two and four gateways on the same PostgreSQL and ClickHouse, on all cores. What a call
// takes of each part is what can be carried over to a machine for each of them (docs/scale.md); calls a second are those of this machine.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { cpuMicros, treeCpuMicros } from './cpu.mjs';
import { load } from './generator.mjs';
import { PRICED, FREE } from './rows.mjs';
import { useAllCores } from './server-process.mjs';
import { show } from './tables.mjs';
import { middle, SECONDS, TURNS } from './turns.mjs';

const COUNTS = [1, 2, 4];
/** Of all gateways together. The second as many calls as each of them gets done anyway, so that only their number differs. */
const POINTS = [
  { name: '128 connections', connections: 128 },
  { name: '1 000/s', connections: 64, perSecond: 1_000 },
];
/** What gateways do for their calls soon after the answers: posting, delivery. */
const AFTER_MS = 2_000;

/** Prints a table for free and one for priced calls. */
export async function measureGateways() {
  useAllCores();
  for (const row of [FREE, PRICED]) {
    const first = await row.start({ core: null });
    try {
      const [gateways, cells] = [[first], []];
      for (const count of COUNTS) {
        while (gateways.length < count) gateways.push(await first.another());
        for (const gateway of gateways) await load(gateway, row.request, { connections: 32, seconds: 2 });
        cells.push(...(await inTurns(gateways, row)));
      }
      print(row.name, cells);
    } finally {
      await first.stop();
    }
  }
}

async function inTurns(gateways, row) {
  const client = new pg.Client({ connectionString: gateways[0].databaseUrl });
  await client.connect();
  const cells = POINTS.map((point) => ({ count: gateways.length, point, turns: [] }));
  for (let turn = 0; turn < TURNS; turn += 1)
    for (const cell of turn % 2 ? cells.toReversed() : cells)
      cell.turns.push(await measure(gateways, { ...cell, request: row.request, client }));
  await client.end();
  return cells;
}

async function measure(gateways, { count, point, request, client }) {
  const before = await look(gateways, client);
  const share = {
    connections: point.connections / count,
    seconds: SECONDS,
    ...(point.perSecond && { perSecond: point.perSecond / count }),
  };
  const loads = await Promise.all(gateways.map((gateway) => load(gateway, request, share)));
  await pause(AFTER_MS);
  const after = await look(gateways, client);
  const sum = (figure) => loads.reduce((total, one) => total + one[figure], 0);
  const each = Object.fromEntries(Object.keys(after).map((name) => [name, (after[name] - before[name]) / sum('requests')]));
  return {
    ...each,
    perSecond: sum('perSecond'),
    p50Ms: middle(loads.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.max(...loads.map(({ p99Ms }) => p99Ms)),
  };
}

async function look(gateways, client) {
  const { postgres, clickhouse } = gateways[0].databases;
  const { rows } = await client.query(
    `SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database())::float AS commits, wal_bytes::float AS wal FROM pg_stat_wal`,
  );
  return {
    gateway: gateways.reduce((total, { child }) => total + cpuMicros(child.pid), 0),
    postgres: treeCpuMicros(postgres),
    clickhouse: treeCpuMicros(clickhouse),
    ...rows[0],
  };
}

function print(name, cells) {
  console.log(
    `\n| ${name}, the middle of ${TURNS} turns | calls/s | p50, p99 ms | CPU µs of a call: gateways + PostgreSQL + ClickHouse | commits of a call | bytes of WAL |`,
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const { count, point, turns } of cells) {
    const of = (figure, digits) => show(middle(turns.map((turn) => turn[figure])), digits);
    console.log(
      `| ${count} gateway${count > 1 ? 's' : ''}, ${point.name} | ${of('perSecond')} | ${of('p50Ms', 2)}, ${of('p99Ms', 1)} | ${of('gateway')} + ${of('postgres')} + ${of('clickhouse')} | ${of('commits', 2)} | ${of('wal')} |`,
    );
  }
}
