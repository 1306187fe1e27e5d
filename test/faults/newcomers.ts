import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { eventually } from '../support/eventually.js';
import type { GatewayProcess } from '../support/gateway/gateway-process.js';
import type { Cluster } from './cluster.js';
import type { JournalKeeper } from './journal.js';
import { attempt } from './attempt.js';
import { ClickHousePart, GatewayPart } from './parts.js';
import { mcpCall } from './requests.js';
import type { PlannedFault } from './schedule.js';
import { killStarts } from './starts.js';
import { Supervised } from './supervised.js';
import { Ways } from './ways.js';

/** Other faults go on meanwhile: longer than they, and a gateway's start after them, take. */
const PATIENCE_MS = 120_000;

/**
 * Two gateways begin at the same moment with an empty database and an empty ClickHouse, so that they race for the migrations,
 * the first admin and the first key; their starts are killed, then they are left alone and have to work together.
 */
export async function startNewcomers(cluster: Cluster, fault: PlannedFault, journal: JournalKeeper): Promise<void> {
  const name = `newcomers_${fault.atMs}`;
  const folder = join(cluster.folder, name);
  mkdirSync(folder);
  const clickhouse = new ClickHousePart(join(folder, 'clickhouse'));
  try {
    await Promise.all([cluster.sql(`CREATE DATABASE ${name}`), clickhouse.start()]);
    const problem = await beginTogether(cluster, fault, { name, folder, clickhouse });
    journal.came({ name, ...(problem !== undefined && { problem }) });
    await cluster.sql(`DROP DATABASE ${name} WITH (FORCE)`).catch(() => undefined); // it goes with its engine in the end
  } finally {
    await clickhouse.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface EmptyDatabases {
  name: string;
  folder: string;
  clickhouse: ClickHousePart;
}

/** What is wrong with them after all. */
async function beginTogether(cluster: Cluster, fault: PlannedFault, { name, folder, clickhouse }: EmptyDatabases) {
  const database = () => Object.assign(new URL(cluster.postgres.url), { pathname: `/${name}` });
  const env = { ...cluster.env, GATEWAY_CLICKHOUSE_URL: clickhouse.url };
  const gateways = [0, 1].map((n) => new GatewayPart(join(folder, `gateway-${n}`), new Ways([database]), env));
  const supervisors = gateways.map((gateway) => new Supervised(gateway));
  try {
    const { lastsMs: forMs, dice } = fault;
    const startMs = Math.max(...cluster.gateways.map((gateway) => gateway.startMs));
    await Promise.all(gateways.map((gateway, n) => killStarts(gateway, { forMs, startMs, dice: (dice + n / 2) % 1 })));
    const keys: string[] = [];
    const together = () => assertTogether(gateways, database().href, keys);
    return await eventually(together, PATIENCE_MS).catch((error: Error) => error.message);
  } finally {
    const unsupervised = supervisors.map((supervisor) => supervisor.stop());
    for (const gateway of gateways) gateway.endStart('SIGKILL');
    await Promise.all(unsupervised);
    await Promise.all(gateways.map((gateway) => gateway.stop()));
  }
}

/** One admin and one first key; a key that either of them makes opens both, and both find the books in order. */
async function assertTogether(gateways: GatewayPart[], databaseUrl: string, keys: string[]): Promise<undefined> {
  for (const [n, gateway] of gateways.entries()) {
    const maker = runningOf(gateway);
    keys[n] ??= (await maker.rest('POST', '/api/mcp-keys/create', NEW_KEY)).json.api_key as string;
    for (const one of gateways) await assertAnswers(runningOf(one), keys[n]);
    const { json, text } = await maker.rest('GET', '/api/admin/integrity');
    if (json.ok !== true) throw new Error(text);
  }
  await assertOneOfEach(databaseUrl);
}

const NEW_KEY = { key_name: 'theirs', permissions: ['tools:call'] };

function runningOf({ running }: GatewayPart): GatewayProcess {
  if (!running) throw new Error('A gateway is down');
  return running;
}

async function assertAnswers({ mcpUrl: url }: GatewayProcess, key: string): Promise<void> {
  const { ending, problem } = await attempt(0, mcpCall({ id: 1, url, key, tool: 'greet', args: { name: '1' } }));
  if (ending !== 'answered') throw new Error(`A call was ${ending}: ${problem}`);
}

async function assertOneOfEach(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT (SELECT count(*)::int FROM mcp.users) AS users, (SELECT count(*)::int FROM mcp.api_keys WHERE name = 'default') AS keys`,
    );
    if (rows[0].users !== 1 || rows[0].keys !== 1) throw new Error(`Not one of each: ${JSON.stringify(rows[0])}`);
  } finally {
    await client.end();
  }
}
