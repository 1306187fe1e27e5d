import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendFileSync, cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forCluster } from '../../src/clickhouse/clickhouse-cluster.js';
import { ClickHouse } from '../../src/clickhouse/clickhouse.js';
import { migrateClickHouse, migrationNames, statementsOf } from '../../src/clickhouse/clickhouse-migrator.js';
import { eventually } from '../support/eventually.js';
import { testConfig } from '../support/gateway/test-config.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';

const MIGRATIONS = join('src', 'clickhouse', 'migrations');

describe('ClickHouse', () => {
  let test: TestClickHouse;
  beforeAll(async () => {
    test = await startTestClickHouse();
  });
  afterAll(() => test.stop());

  it('takes every value as data, never as SQL', async () => {
    const hostile = ["x' OR 1=1 --", 'a\\', 'tab\tnew\nline', '{s:String}', '😀'];
    for (const value of hostile)
      expect(await test.clickhouse.query('SELECT {s:String} AS s', { s: value })).toEqual([{ s: value }]);
    expect(await test.clickhouse.query('SELECT {a:Array(String)} AS a', { a: hostile.slice(0, 2) })).toEqual([
      { a: hostile.slice(0, 2) },
    ]);
  });

  it('names its own error codes', async () => {
    await expect(test.clickhouse.query('SELECT * FROM nowhere')).rejects.toMatchObject({ type: 'UNKNOWN_TABLE' });
  });

  it('keeps no setting or parameter from one statement to the next', async () => {
    const ask = (search: string) => fetch(`${test.url}/?${search}`, { method: 'POST' }).then((answer) => answer.text());
    expect(await ask("query=SELECT getSetting('max_threads'), {x:String}&max_threads=7&param_x=a\\tb")).toBe('7\ta\\tb\n');
    expect(await ask("query=SELECT getSetting('max_threads')")).not.toBe('7\n');
    expect(await ask('query=SELECT {x:String}')).toContain('UNKNOWN_QUERY_PARAMETER');
  });

  it('refuses what it does not know, as a server does: with status, code and words', async () => {
    const refusal = async (search: string, headers = {}) => {
      const answer = await fetch(`${test.url}/?${search}`, { method: 'POST', headers });
      return [answer.status, answer.headers.get('x-clickhouse-exception-code'), await answer.text()];
    };
    expect(await refusal('query=SELECT 1&session_id=a')).toEqual([404, '115', expect.stringContaining('(UNKNOWN_SETTING)')]);
    expect(await refusal('query=SELEC 1')).toEqual([
      400,
      '62',
      expect.stringMatching(/^Code: 62\. DB::Exception: .*\(SYNTAX_ERROR\)/s),
    ]);
    expect(await refusal('query=SELECT * FROM nowhere')).toEqual([404, '60', expect.stringContaining('(UNKNOWN_TABLE)')]);
    expect(await refusal('query=SELECT 1', { 'content-encoding': 'gzip' })).toEqual([501, '48', expect.any(String)]);
  });

  it('runs statements beside each other, and cancels a SELECT that nobody waits for', async () => {
    const gone = new AbortController();
    const endless = test.clickhouse.query('SELECT count() FROM numbers(1000000000000) SETTINGS max_threads = 1', {}, gone);
    expect(await test.clickhouse.query('SELECT 1 AS x')).toEqual([{ x: 1 }]);
    gone.abort();
    await expect(endless).rejects.toThrow();
    const running = 'SELECT count() AS n FROM system.processes WHERE query LIKE {p:String} AND query NOT LIKE {self:String}';
    await eventually(async () =>
      expect(await test.clickhouse.query(running, { p: '%numbers(10000%', self: '%system.processes%' })).toEqual([{ n: 0 }]),
    );
  });

  describe('migrations', () => {
    it('run once', async () => {
      expect(await migrateClickHouse(test.clickhouse, MIGRATIONS)).toEqual([]);
    });

    it('refuse data that a newer version has migrated', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tallygate-migrations-'));
      await expect(migrateClickHouse(test.clickhouse, folder)).rejects.toThrow('belongs to a newer Tallygate');
    });

    it('refuse a file that changed after it ran', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tallygate-migrations-'));
      cpSync(MIGRATIONS, folder, { recursive: true });
      appendFileSync(join(folder, '0001_mcp_tool_usage_log.sql'), '-- one more word');
      await expect(migrateClickHouse(test.clickhouse, folder)).rejects.toThrow('was changed after it ran');
    });
  });

  describe('as a cluster', () => {
    let cluster: ClickHouse;
    beforeAll(async () => {
      cluster = new ClickHouse(testConfig({ clickhouse_url: test.url, clickhouse: { cluster: 'main' } }));
      await cluster.start();
    });
    afterAll(() => cluster.onApplicationShutdown());

    it('is refused the tables of a single server, and changes none of them', async () => {
      const tables = () =>
        test.clickhouse.query('SELECT name, engine_full FROM system.tables WHERE database = currentDatabase()');
      const before = await tables();
      await expect(migrateClickHouse(cluster, MIGRATIONS)).rejects.toThrow('were made for a single server');
      expect(await tables()).toEqual(before);
    });

    it.each(migrationNames(MIGRATIONS))('understands what it makes of %s', async (name) => {
      for (const statement of statementsOf(readFileSync(join(MIGRATIONS, name), 'utf8'))) {
        const [formatted] = await cluster.query<{ sql: string }>('SELECT formatQuery({sql:String}) AS sql', {
          sql: forCluster(statement, 'main'),
        });
        expect(formatted!.sql).toMatch(
          /^CREATE TABLE IF NOT EXISTS \w+ ON CLUSTER main\n[^]*\nENGINE = ReplicatedReplacingMergeTree\(|^ALTER TABLE \w+ ON CLUSTER main\n/,
        );
      }
    });

    it('acknowledges an insert when most replicas have it, one after the other', async () => {
      const ask = (clickhouse: ClickHouse) =>
        clickhouse.query(
          "SELECT toString(getSetting('insert_quorum')) AS quorum, getSetting('insert_quorum_parallel') AS parallel",
        );
      expect(await ask(cluster)).toEqual([{ quorum: 'auto', parallel: false }]);
      expect(await ask(test.clickhouse)).toEqual([{ quorum: '0', parallel: true }]);
    });
  });
});
