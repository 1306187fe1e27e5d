import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UsageCountsRepository } from '../../src/usage/reports/usage-counts.repository.js';
import { SystemClock } from '../../src/common/clock.js';
import { UsageRetention } from '../../src/usage/delivery/usage-retention.service.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { testConfig } from '../support/gateway/test-config.js';
import { anEvent } from '../support/databases/usage-rig.js';

const DAY_MS = 86_400_000;
const monthsAgo = (months: number) => new Date(Date.now() - months * 31 * DAY_MS);

describe('usage.keep_months', () => {
  let test: TestClickHouse;
  beforeAll(async () => {
    test = await startTestClickHouse();
  }, 60_000);
  afterAll(() => test.stop());

  const retention = (months: number) =>
    new UsageRetention(test.clickhouse, testConfig({ usage: { keep_months: months } }), new SystemClock());
  const keep = (months: number) => retention(months).apply();
  /** Calls of so many months ago, with their hours rolled up. */
  const record = async (...ages: number[]) => {
    const lines = ages.map((age) => JSON.stringify(anEvent({ tool_name: `age_${age}`, created_at: monthsAgo(age) })));
    await test.clickhouse.insert('INSERT INTO mcp_tool_usage_log FORMAT JSONEachRow', lines.join('\n'));
    const counts = new UsageCountsRepository(test.clickhouse);
    for (const age of ages) await counts.recompute(`${monthsAgo(age).toISOString().slice(0, 13).replace('T', ' ')}:00:00`, '1');
  };
  /** What is there once ClickHouse has merged. */
  const left = async (table: string) => {
    await test.clickhouse.command(`OPTIMIZE TABLE ${table} FINAL`);
    const rows = await test.clickhouse.query<{ tool_name: string }>(`SELECT tool_name FROM ${table} ORDER BY tool_name`);
    return rows.map(({ tool_name }) => tool_name);
  };

  it('changes nothing where the setting is what the tables have', async () => {
    expect(await keep(13)).toEqual([]);
  }, 60_000);

  it('is days for the calls by time', async () => {
    const config = testConfig({ usage: { keep_recent_days: 10 } });
    const days = new UsageRetention(test.clickhouse, config, new SystemClock());
    expect(await days.apply()).toEqual(['mcp_tool_usage_by_time']);
    const lines = [9, 11].map((age) =>
      JSON.stringify(anEvent({ tool_name: `days_${age}`, created_at: new Date(Date.now() - age * DAY_MS) })),
    );
    await test.clickhouse.insert('INSERT INTO mcp_tool_usage_by_time FORMAT JSONEachRow', lines.join('\n'));
    expect(await left('mcp_tool_usage_by_time')).toEqual(['days_9']);
    expect(await keep(13)).toEqual(['mcp_tool_usage_by_time']);
  }, 60_000);

  it('keeps longer, shorter, and rows and their counts alike', async () => {
    expect(await keep(36)).toEqual(['mcp_tool_usage_hourly', 'mcp_tool_usage_log']);
    await record(1, 5, 20);
    for (const table of ['mcp_tool_usage_log', 'mcp_tool_usage_hourly']) {
      expect(await left(table)).toEqual(['age_1', 'age_20', 'age_5']);
    }
    await keep(4);
    for (const table of ['mcp_tool_usage_log', 'mcp_tool_usage_hourly']) expect(await left(table)).toEqual(['age_1']);
    expect(await keep(4)).toEqual([]);
  }, 120_000);
});
