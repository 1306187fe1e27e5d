import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendFileSync, cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateClickHouse } from '../../src/clickhouse/clickhouse-migrator.js';
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
});
