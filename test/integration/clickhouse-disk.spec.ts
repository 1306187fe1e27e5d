import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateClickHouse } from '../../src/clickhouse/clickhouse-migrator.js';
import { SystemClock } from '../../src/common/clock.js';
import { UsageRetention } from '../../src/usage/delivery/usage-retention.service.js';
import { SmallDisk } from '../faults/full-disk.js';
import { eventually } from '../support/eventually.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { anEvent } from '../support/databases/usage-rig.js';
import { testConfig } from '../support/gateway/test-config.js';

const MIGRATIONS = join('src', 'clickhouse', 'migrations');
const folder = mkdtempSync(join(tmpdir(), 'tallygate-disk-'));
const disk = SmallDisk.mount(folder, 256);
if (!disk) console.warn('SKIPPED: a full disk of ClickHouse, since this user may not mount');

const isNoRoom = (error: { type?: string }) => error.type === 'NOT_ENOUGH_SPACE' || Promise.reject(error as Error);

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

  const retention = (months: number) =>
    new UsageRetention(test.clickhouse, testConfig({ usage: { keep_months: months } }), new SystemClock());
  const keep = (months: number) => retention(months).apply();
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
    expect(await eventually(() => keep(36))).toEqual(['mcp_tool_usage_hourly', 'mcp_tool_usage_log']);
  }, 60_000);

  it('months that are past keeping can be dropped, though nothing is merged or written', async () => {
    const monthsAgo = (months: number) => new Date(Date.now() - months * 31 * 86_400_000);
    const rows = [30, 1].map((months) => JSON.stringify(anEvent({ tool_name: `age_${months}`, created_at: monthsAgo(months) })));
    await test.clickhouse.insert('INSERT INTO mcp_tool_usage_log FORMAT JSONEachRow', rows.join('\n'));
    await disk!.fillNearly();
    const write = () => test.clickhouse.command('CREATE OR REPLACE TABLE there_is_room (n Int) ENGINE = Memory');
    await eventually(() => expect(write()).rejects.toMatchObject({ type: 'NOT_ENOUGH_SPACE' }));
    expect(await retention(4).dropExpired()).toEqual([
      `mcp_tool_usage_log/${monthsAgo(30).toISOString().slice(0, 7).replace('-', '')}`,
    ]);
    expect(await test.clickhouse.query('SELECT tool_name FROM mcp_tool_usage_log')).toEqual([{ tool_name: 'age_1' }]);
    disk!.empty();
    await eventually(write);
  }, 60_000);

  it('no part of a table is lost that was merged just then, and what is refused comes after', async () => {
    const { clickhouse } = test;
    await clickhouse.command('CREATE TABLE numbers_kept (n UInt64, text String) ENGINE = MergeTree ORDER BY n');
    const insert = (rows: number) =>
      clickhouse.command(
        `INSERT INTO numbers_kept SELECT number, toString(cityHash64(number)) FROM system.numbers LIMIT ${rows}`,
      );
    /** Until it is refused. Returns how many rows were acknowledged. A part is there that is merged with each that comes. */
    const insertAndMerge = async () => {
      await insert(200_000);
      for (let rows = 200_000; ; rows += 1) {
        await clickhouse.command('OPTIMIZE TABLE numbers_kept FINAL').catch(() => undefined); // may be stopped
        if (await insert(1).then(() => false, isNoRoom)) return rows;
      }
    };
    for (let round = 0; round < 6; round += 1) {
      await clickhouse.command('TRUNCATE TABLE numbers_kept');
      const [rows] = await Promise.all([insertAndMerge(), disk!.fill()]);
      disk!.empty();
      await clickhouse.command('DETACH TABLE numbers_kept SYNC'); // as a restart does
      await eventually(() => clickhouse.command('ATTACH TABLE numbers_kept'));
      expect(await clickhouse.query("SELECT name, reason FROM system.detached_parts WHERE table = 'numbers_kept'")).toEqual([]);
      expect(await clickhouse.query('SELECT count() AS rows FROM numbers_kept')).toEqual([{ rows }]);
    }
    await clickhouse.command('OPTIMIZE TABLE numbers_kept FINAL');
    const parts = "SELECT count() AS parts FROM system.parts WHERE table = 'numbers_kept' AND active";
    expect(await clickhouse.query(parts)).toEqual([{ parts: 1 }]);
  }, 60_000);

  it('nothing is migrated that is new', async () => {
    await test.clickhouse.command('DROP TABLE schema_migrations SYNC');
    await disk!.fill();
    await expect(migrateClickHouse(test.clickhouse, MIGRATIONS)).rejects.toThrow("ClickHouse's disk is full");
    disk!.empty();
    expect(await eventually(() => migrateClickHouse(test.clickhouse, MIGRATIONS))).not.toEqual([]);
  }, 60_000);
});
