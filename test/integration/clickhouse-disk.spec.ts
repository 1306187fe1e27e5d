import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateClickHouse } from '../../src/clickhouse/clickhouse-migrator.js';
import { UsageRetention } from '../../src/usage/delivery/usage-retention.service.js';
import { SmallDisk } from '../faults/full-disk.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { testConfig } from '../support/gateway/test-config.js';

const MIGRATIONS = join('src', 'clickhouse', 'migrations');
const folder = mkdtempSync(join(tmpdir(), 'tallygate-disk-'));
const disk = SmallDisk.mount(folder, 256);
if (!disk) console.warn('SKIPPED: a full disk of ClickHouse, since this user may not mount');

(disk ? describe : describe.skip)('While the disk of ClickHouse is full', () => {
  let test: TestClickHouse;
  beforeAll(async () => {
    test = await startTestClickHouse(join(folder, 'data'));
    await disk!.fill();
  }, 60_000);
  afterAll(async () => {
    await test.stop();
    disk!.unmount();
    rmSync(folder, { recursive: true, force: true });
  });

  const keep = (months: number) => new UsageRetention(test.clickhouse, testConfig({ usage: { keep_months: months } })).apply();
  const tables = async () =>
    (await test.clickhouse.query('SELECT name FROM system.tables WHERE database = currentDatabase()')).length;

  it('no table is altered or created, since it would be lost; a start that has nothing to do starts', async () => {
    const before = await tables();
    await expect(keep(36)).rejects.toThrow("ClickHouse's disk is full");
    expect(await keep(13)).toEqual([]);
    expect(await migrateClickHouse(test.clickhouse, MIGRATIONS)).toEqual([]);
    await test.stop();
    disk!.empty();
    test = await startTestClickHouse(join(folder, 'data'));
    expect(await tables()).toBe(before);
    expect(await keep(36)).toEqual(['mcp_tool_usage_hourly', 'mcp_tool_usage_log']);
  }, 60_000);

  it('nothing is migrated that is new', async () => {
    await test.clickhouse.command('DROP TABLE schema_migrations SYNC');
    await disk!.fill();
    await expect(migrateClickHouse(test.clickhouse, MIGRATIONS)).rejects.toThrow("ClickHouse's disk is full");
    disk!.empty();
    expect(await migrateClickHouse(test.clickhouse, MIGRATIONS)).not.toEqual([]);
  }, 60_000);
});
