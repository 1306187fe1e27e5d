import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clock } from '../../src/common/clock.js';
import type { FinishedCall } from '../../src/usage/recording/usage-event.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { anEvent, recordAll, usageRig, type UsageRig } from '../support/databases/usage-rig.js';

const today = new Date();
/** Ten past noon on the last day of the last month: every hour asked for is over, and none is old enough to be deleted. */
const NOW = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 0, 12, 10);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

class FixedClock extends Clock {
  override now = () => NOW;
  override monotonic = () => 0;
}

describe('Usage reports', () => {
  let clickhouse: TestClickHouse;
  let database: TestDatabase;
  let rig: UsageRig;
  beforeAll(async () => {
    clickhouse = await startTestClickHouse();
    database = await createTestDatabase();
    rig = usageRig(database, clickhouse, { readClock: new FixedClock() });
  });
  afterAll(async () => {
    await rig.delivery.close();
    await clickhouse.stop();
    await database.drop();
  });

  const at = (beforeNowMs: number, call: Partial<FinishedCall>) =>
    anEvent({ created_at: new Date(NOW - beforeNowMs), duration_ms: 10, ...call });
  const deliver = async (...events: ReturnType<typeof anEvent>[]) => {
    await recordAll(rig, events);
    await rig.delivery.run();
  };

  it('look back to the second, whether an hour is rolled up or not, and count what they list', async () => {
    await deliver(
      ...[0, DAY_MS - 1_000, DAY_MS, DAY_MS + 1_000, DAY_MS + 10 * MINUTE_MS, 90 * DAY_MS + 1_000].map((ms) =>
        at(ms, { user_id: 'looked' }),
      ),
    );
    for (const [days, calls] of [
      [1, 3],
      [2, 5],
      [90, 5],
    ] as const) {
      const found = await rig.reports.calls('looked', { days, limit: 100, offset: 0 });
      expect([found.total, found.calls.length]).toEqual([calls, calls]);
    }
    expect(await rig.reports.calls('looked', { limit: 2, offset: 4 })).toMatchObject({ total: 6, calls: [{}, {}] });
    expect(await rig.reports.calls('looked', { limit: 2, offset: 6 })).toEqual({ total: 6, calls: [] });
  });

  it('list calls with price and charge, newest first, and can leave failed ones out', async () => {
    const failed = { is_error: true, is_backend_error: true, error_code: 'TIMEOUT', credits_cost: 5, credits_charged: 0 };
    const events = [
      at(2_000, { user_id: 'lister', tool_name: 'a' }),
      at(1_000, { user_id: 'lister', tool_name: 'b', ...failed }),
    ];
    await deliver(...events);
    const all = await rig.reports.calls('lister', { days: 1, limit: 10, offset: 0 });
    expect(all.calls[0]).toEqual({
      id: events[1]!.id,
      request_id: events[1]!.request_id,
      tool_name: 'b',
      ...failed,
      duration_ms: 10,
      created_at: events[1]!.created_at,
    });
    const narrowed = { days: 1, limit: 10, offset: 0, successOnly: true };
    expect(await rig.reports.calls('lister', narrowed)).toMatchObject({ total: 1, calls: [{ tool_name: 'a' }] });
    expect(await rig.reports.calls('lister', { ...narrowed, toolName: 'b' })).toEqual({ total: 0, calls: [] });
  });

  it('sum a calendar month and its today in UTC, to the millisecond', async () => {
    const midnight = NOW - 12 * 60 * MINUTE_MS - 10 * MINUTE_MS;
    const monthStart = Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1, 1);
    const times = [NOW, midnight, midnight - 1, monthStart, monthStart - 1, midnight + DAY_MS];
    await deliver(...times.map((ms) => at(NOW - ms, { user_id: 'monthly', tool_name: 'a', credits_charged: 2 })));
    await deliver(at(0, { user_id: 'monthly', tool_name: 'b', is_error: true, credits_charged: 0 }));
    const none = { error_count: 0, user_count: 1, total_records: 40 };
    expect(await rig.reports.month('monthly')).toEqual([
      { tool_name: 'a', call_count: 4, total_credits: 8, total_ms: 40, day_calls: 2, day_credits: 4, ...none },
      {
        ...none,
        tool_name: 'b',
        call_count: 1,
        error_count: 1,
        total_credits: 0,
        total_ms: 10,
        total_records: 10,
        day_calls: 1,
        day_credits: 0,
      },
    ]);
  });

  it('name those who spent most of the month', async () => {
    await deliver(at(0, { user_id: 'rich', credits_charged: 1_000 }), at(DAY_MS, { user_id: 'rich', credits_charged: 1_000 }));
    await deliver(at(0, { user_id: 'second', tool_name: 'a', credits_charged: 500 }));
    await deliver(...[1, 2, 3].map(() => at(0, { user_id: 'third', tool_name: 'b', credits_charged: 100 })));
    const users = [
      { user_id: 'rich', call_count: 2, total_credits: 2_000 },
      { user_id: 'second', call_count: 1, total_credits: 500 },
    ];
    expect(await rig.reports.everybodysMonth(1)).toMatchObject({ users: users.slice(0, 1) });
    expect(await rig.reports.everybodysMonth(2)).toMatchObject({ users });
  });

  it('have all tools of the month beside them, most called first, each with its users counted once', async () => {
    await deliver(...['u3', 'u4', 'u4'].map((user_id) => at(0, { user_id, tool_name: 'of the month', credits_charged: 3 })));
    const { tools } = await rig.reports.everybodysMonth(1);
    expect(tools.length).toBeGreaterThan(2);
    expect(tools.map((tool) => tool.call_count)).toEqual(tools.map((tool) => tool.call_count).sort((a, b) => b - a));
    expect(tools.find((tool) => tool.tool_name === 'of the month')).toEqual({
      tool_name: 'of the month',
      call_count: 3,
      error_count: 0,
      total_records: 30,
      total_credits: 9,
      total_ms: 30,
      user_count: 2,
      day_calls: 3,
      day_credits: 9,
    });
  });

  it('sum tools over everybody', async () => {
    await deliver(...['u1', 'u2', 'u2'].map((user_id) => at(0, { user_id, tool_name: 'popular' })));
    const sums = await rig.reports.tools(1);
    expect(sums.find((tool) => tool.tool_name === 'popular')).toMatchObject({ call_count: 3, user_count: 2 });
  });

  it('say how long the calls of a tool took, within 5 %', async () => {
    const calls = Array.from({ length: 100 }, (_, n) =>
      at(n < 50 ? 0 : 2 * 3_600_000, { tool_name: 'timed', duration_ms: n + 1 }),
    );
    await deliver(...calls);
    const timed = (await rig.reports.tools(1)).find((tool) => tool.tool_name === 'timed')!;
    expect([timed.p50_ms, timed.p95_ms, timed.p99_ms].map(Number)).toEqual([
      expect.closeTo(50, -1),
      expect.closeTo(95, -1),
      expect.closeTo(99, -1),
    ]);
  });

  it('set the rows of a day against its rollup', async () => {
    const noon = NOW - 150 * DAY_MS - 10 * MINUTE_MS;
    const [first, second, third] = [0, 1, 2].map((days) => new Date(noon + days * DAY_MS).toISOString().slice(0, 10));
    const period = { from: `${first} 00:00:00`, to: `${third} 00:00:00` };
    const events = [`${first}T23:59:59.999Z`, `${second}T00:00:00.000Z`].map((time) =>
      anEvent({ created_at: new Date(time), credits_charged: 3 }),
    );
    await deliver(...events, events[0]!);
    const days = [
      { date: first, credits: 3 },
      { date: second, credits: 3 },
    ];
    expect(await rig.reports.creditsByDay(period)).toEqual({ raw: days, rollup: days });
    await clickhouse.clickhouse.command(
      `INSERT INTO mcp_tool_usage_hourly SELECT * REPLACE (credits_charged + 4 AS credits_charged, version + 1 AS version)
       FROM mcp_tool_usage_hourly FINAL WHERE hour = '${second} 00:00:00'`,
    );
    expect(await rig.reports.creditsByDay(period)).toEqual({ raw: days, rollup: [days[0], { date: second, credits: 7 }] });
  });

  it('say that they cannot be read while ClickHouse is away', async () => {
    await clickhouse.arm('refuse', 1);
    await expect(rig.reports.tools(1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
