import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { forCluster } from '../../src/clickhouse/clickhouse-cluster.js';
import { migrationNames, statementsOf } from '../../src/clickhouse/clickhouse-migrator.js';
import { startKeeper, type Keeper } from '../support/databases/keeper.js';
import { hasJava } from '../support/installed-once.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MIGRATIONS = join('src', 'clickhouse', 'migrations');
const REPLICA = join('test', 'support', 'databases', 'clickhouse-replica.mjs');
const STARTED_MS = 300_000;
const ANSWERED_MS = 20_000;

/** As each server of the cluster gets them: what says where else they run is the cluster's queue's. */
const DEFINITIONS = migrationNames(MIGRATIONS)
  .flatMap((name) => statementsOf(readFileSync(join(MIGRATIONS, name), 'utf8')))
  .map((statement) => forCluster(statement, 'main').replace(" ON CLUSTER 'main'", ''));

(hasJava() ? describe : describe.skip)('The tables of a cluster, on ClickHouse with a Keeper', () => {
  let keeper: Keeper;
  beforeAll(async () => {
    keeper = await startKeeper(temporaryFolder('keeper'));
  }, STARTED_MS);
  afterAll(() => keeper.stop());

  /** After the statements, on a server that is new. */
  const replicasOf = (server: string, statements: string[]): string[] => {
    const input = JSON.stringify([...statements, 'SELECT table, total_replicas FROM system.replicas ORDER BY table']);
    const args = [REPLICA, String(keeper.port), server, temporaryFolder(server)];
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      input,
      timeout: ANSWERED_MS,
      killSignal: 'SIGKILL',
    });
    if (!stdout) throw new Error(stderr);
    return (JSON.parse(stdout) as string[]).at(-1)!.split('\n');
  };

  it('are made by the first server, however often it is asked, and joined by the second, each as a replica of the same', () => {
    const first = replicasOf('one', [...DEFINITIONS, ...DEFINITIONS]);
    expect(first).toHaveLength(DEFINITIONS.length);
    for (const line of first) expect(line).toMatch(/^\w+\t1$/);
    expect(replicasOf('two', DEFINITIONS)).toEqual(first.map((line) => line.replace(/1$/, '2')));
  });
});
