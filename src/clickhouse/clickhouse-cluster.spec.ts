import { ClickHouseError } from '@clickhouse/client';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { despiteAbsentReplicas, forCluster, refuseOtherEngine } from './clickhouse-cluster.js';
import { migrationNames, statementsOf } from './clickhouse-migrator.js';

const MIGRATIONS = join('src', 'clickhouse', 'migrations');
const PATH = `'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'`;

const made = migrationNames(MIGRATIONS)
  .flatMap((name) => statementsOf(readFileSync(join(MIGRATIONS, name), 'utf8')))
  .map((statement) => forCluster(statement, 'main'));

describe('A definition for a cluster', () => {
  it('is one on all servers, of a table with replicas that its names identify in Keeper', () => {
    expect(forCluster('-- why\nCREATE TABLE IF NOT EXISTS a (x Int8) ENGINE = ReplacingMergeTree ORDER BY x', '{cluster}')).toBe(
      `CREATE TABLE IF NOT EXISTS a ON CLUSTER '{cluster}' (x Int8) ENGINE = ReplicatedReplacingMergeTree(${PATH}) ORDER BY x`,
    );
  });

  it('keeps what the engine is told', () => {
    expect(forCluster('CREATE TABLE IF NOT EXISTS a (v UInt8) ENGINE = ReplacingMergeTree(v) ORDER BY v', 'c')).toContain(
      `ENGINE = ReplicatedReplacingMergeTree(${PATH}, v) ORDER BY v`,
    );
  });

  it.each([
    ['ALTER TABLE a ADD COLUMN IF NOT EXISTS b Int8', "ALTER TABLE a ON CLUSTER 'c' ADD COLUMN IF NOT EXISTS b Int8"],
    ['DROP TABLE IF EXISTS a SYNC', "DROP TABLE IF EXISTS a ON CLUSTER 'c' SYNC"],
  ])('of %s is %s', (statement, expected) => {
    expect(forCluster(statement, 'c')).toBe(expected);
  });

  it.each(['RENAME TABLE a TO b', 'INSERT INTO a VALUES (1)', 'CREATE TABLE a (x Int8) ENGINE = Memory'])(
    'cannot be %s',
    (statement) => {
      expect(() => forCluster(statement, 'c')).toThrow(`Not to be run on a cluster: ${statement}`);
    },
  );

  it('is there for every table of ours', () => {
    const tables = made.filter((sql) => sql.startsWith('CREATE'));
    expect(tables).toHaveLength(10);
    for (const sql of tables) expect(sql).toMatch(/^CREATE TABLE IF NOT EXISTS (\w+) ON CLUSTER 'main'\n\(/);
    for (const sql of made.filter((other) => !tables.includes(other)))
      expect(sql).toMatch(/^ALTER TABLE (\w+) ON CLUSTER 'main'\n/);
    for (const sql of tables) expect(sql).toContain(`\nENGINE = ReplicatedReplacingMergeTree(${PATH}`);
  });

  it('remembers the tokens of inserts in Keeper, for all replicas', () => {
    expect(made.join('\n').match(/\w*deduplication_window = \d+/g)).toEqual(
      Array(2).fill('replicated_deduplication_window = 1000'),
    );
  });
});

describe('Tables', () => {
  it.each([
    ['ReplacingMergeTree', undefined],
    ['ReplicatedReplacingMergeTree', 'main'],
    ['SharedReplacingMergeTree', undefined],
    ['SharedReplacingMergeTree', 'main'],
  ])('on %s may be used with the cluster %s', (engine, cluster) => {
    expect(() => refuseOtherEngine(engine, cluster)).not.toThrow();
  });

  it('of a single server are not those of a cluster, nor the other way round', () => {
    expect(() => refuseOtherEngine('ReplacingMergeTree', 'main')).toThrow(
      'for a single server, and clickhouse.cluster is "main"',
    );
    expect(() => refuseOtherEngine('ReplicatedReplacingMergeTree', undefined)).toThrow('for a cluster. Set clickhouse.cluster');
  });
});

describe('A change that is to be done on all replicas', () => {
  const refusal = (type: string) => Promise.reject(new ClickHouseError({ message: 'no', code: '1', type }));

  it('is done when only those that are away have not done it', async () => {
    await expect(despiteAbsentReplicas(refusal('UNFINISHED'))).resolves.toBeUndefined();
  });

  it('fails when it fails', async () => {
    await expect(despiteAbsentReplicas(refusal('UNKNOWN_TABLE'))).rejects.toThrow('no');
    await expect(despiteAbsentReplicas(Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  });
});
