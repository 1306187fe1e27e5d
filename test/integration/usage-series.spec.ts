import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { OwnSeriesQuery } from '../../src/usage/reports/series/usage-series.dto.js';
import type { GroupBy } from '../../src/usage/reports/series/usage-series.repository.js';
import { eventually } from '../support/eventually.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { anEvent, recordAll, usageRig, type UsageRig } from '../support/databases/usage-rig.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A past day, so that its hours are rolled up. */
const day = (ago: number) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
type Asked = Partial<Omit<OwnSeriesQuery, 'group_by'>> & { group_by?: GroupBy };

describe('Series of usage', () => {
  let clickhouse: TestClickHouse;
  let database: TestDatabase;
  let rig: UsageRig;

  beforeAll(async () => {
    [clickhouse, database] = await Promise.all([startTestClickHouse(), createTestDatabase()]);
    rig = usageRig(database, clickhouse);
    for (const [table, time] of [
      ['log', 'toDateTime(created_at)'],
      ['hourly', 'hour'],
    ])
      // some calls are of fixed days
      await clickhouse.clickhouse.command(`ALTER TABLE mcp_tool_usage_${table} MODIFY TTL ${time} + INTERVAL 600 MONTH`);
  }, 60_000);
  afterAll(async () => {
    await rig.delivery.close();
    await clickhouse.stop();
    await database.drop();
  });

  const read = (user: string | undefined, query: Asked = {}) =>
    rig.series.read(user, Object.assign(new OwnSeriesQuery(), query) as OwnSeriesQuery & { group_by: GroupBy });
  const deliver = async (...events: Parameters<typeof anEvent>[0][]) => {
    await recordAll(rig, events.map(anEvent));
    await rig.delivery.run();
  };
  /** Series by key, with the calls of their points that have any. */
  const calls = async (user: string | undefined, query: Asked) => {
    const { series } = await read(user, query);
    return Object.fromEntries(
      series.map(({ key, total, points }) => [key, [total.calls, points.filter((point) => point.calls > 0).length]]),
    );
  };

  it('have a point for every hour, with zeros and unknown percentiles where there are no calls', async () => {
    const user_id = randomUUID();
    await deliver(
      { user_id, created_at: new Date(`${day(2)}T10:15:00Z`), duration_ms: 20, record_count: 3, credits_charged: 2 },
      {
        user_id,
        created_at: new Date(`${day(2)}T10:59:59.999Z`),
        duration_ms: 20,
        is_error: true,
        is_backend_error: true,
        credits_charged: 0,
      },
      { user_id: randomUUID(), created_at: new Date(`${day(2)}T10:20:00Z`) },
    );
    const answer = await read(user_id, { from: `${day(2)}T09:00:00Z`, to: `${day(2)}T12:00:00Z` });
    const none = { calls: 0, errors: 0, backend_errors: 0, records: 0, credits: 0, p50_ms: null, p95_ms: null, p99_ms: null };
    const ms = expect.closeTo(20, 0) as unknown as number;
    const sums = { calls: 2, errors: 1, backend_errors: 1, records: 13, credits: 2, p50_ms: ms, p95_ms: ms, p99_ms: ms };
    expect(answer).toMatchObject({ bucket: 'hour', time_zone: 'UTC', others_count: 0, from: new Date(`${day(2)}T09:00:00Z`) });
    expect(answer.series).toEqual([
      {
        key: 'all',
        label: 'All calls',
        points: [
          { t: new Date(`${day(2)}T09:00:00Z`), ...none },
          { t: new Date(`${day(2)}T10:00:00Z`), ...sums },
          { t: new Date(`${day(2)}T11:00:00Z`), ...none },
        ],
        total: sums,
      },
    ]);
  });

  it('count calls from an instant on and before another one, to the millisecond, in hours that are rolled up or not', async () => {
    const user_id = randomUUID();
    const moments = ['09:29:59.999', '09:30:00.000', '10:00:00.000', '11:30:00.499', '11:30:00.500'];
    await deliver(...moments.map((time) => ({ user_id, created_at: new Date(`${day(3)}T${time}Z`) })));
    const asked = { from: `${day(3)}T09:30:00Z`, to: `${day(3)}T11:30:00.500Z` };
    expect((await read(user_id, asked)).series[0]!.points.map((point) => point.calls)).toEqual([1, 1, 1]);
    expect((await read(user_id, { ...asked, bucket: 'day' })).series[0]!.total.calls).toBe(3);
  });

  it('say how long calls took, within 5 % of the exact percentiles, over hours that are rolled up and that are not', async () => {
    const user_id = randomUUID();
    const durations = Array.from({ length: 3_000 }, () => Math.exp(9 * Math.random() - 2));
    const created_at = (index: number) => new Date(index % 3 === 0 ? Date.now() - 1_000 : `${day(1 + (index % 2))}T07:00:00Z`);
    await deliver(...durations.map((duration_ms, index) => ({ user_id, duration_ms, created_at: created_at(index) })));
    const { total } = (await read(user_id, { bucket: 'day', from: `${day(4)}T00:00:00Z` })).series[0]!;
    const sorted = durations.sort((a, b) => a - b);
    const exact = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
    for (const [ms, share] of [
      [total.p50_ms, 0.5],
      [total.p95_ms, 0.95],
      [total.p99_ms, 0.99],
    ] as const)
      expect(Math.abs(ms! / exact(share) - 1)).toBeLessThan(0.05);
  });

  it.each([0, 0.001, 1e-9, 3_600_000, Number.MAX_SAFE_INTEGER])('show a call that took %p ms', async (duration_ms) => {
    const user_id = randomUUID();
    await deliver({ user_id, duration_ms, created_at: new Date(`${day(2)}T10:00:00Z`) });
    const { p50_ms } = (await read(user_id, { from: `${day(2)}T10:00:00Z`, to: `${day(2)}T11:00:00Z` })).series[0]!.total;
    expect(Math.abs(p50_ms! / Math.max(duration_ms, 0.001) - 1)).toBeLessThan(0.05);
  });

  describe('by day', () => {
    it.each([
      ['UTC', ['2026-06-10T23:59:59Z', '2026-06-11T00:00:00Z']],
      ['Europe/Berlin', ['2026-06-10T21:59:59Z', '2026-06-10T22:00:00Z']],
      ['Asia/Kolkata', ['2026-06-10T18:29:59Z', '2026-06-10T18:30:00Z']],
      ['Asia/Kathmandu', ['2026-06-10T18:14:59Z', '2026-06-10T18:15:00Z']],
      ['america/new_york', ['2026-06-11T03:59:59Z', '2026-06-11T04:00:00Z']],
    ])('have the days of %s', async (time_zone, [last, first]) => {
      const user_id = randomUUID();
      await deliver(...[last!, first!, first!].map((at) => ({ user_id, created_at: new Date(at) })));
      const asked = { bucket: 'day', time_zone, from: '2026-06-08T12:00:00Z', to: '2026-06-12T12:00:00Z' } as const;
      const points = (await read(user_id, asked)).series[0]!.points.filter((point) => point.calls > 0);
      expect(points.map((point) => point.calls)).toEqual([1, 2]);
      expect(points[1]!.t).toEqual(new Date(first!));
    });

    it('count 23 and 25 hours where clocks change', async () => {
      const user_id = randomUUID();
      const hourly = (from: string, hours: number) =>
        Array.from({ length: hours }, (_, index) => Date.parse(from) + index * HOUR_MS);
      const moments = [...hourly('2026-03-28T23:00:00Z', 24), ...hourly('2026-10-24T22:00:00Z', 26)];
      await deliver(...moments.map((at) => ({ user_id, created_at: new Date(at) })));
      const days = async (from: string, to: string) =>
        (await read(user_id, { bucket: 'day', time_zone: 'Europe/Berlin', from, to })).series[0]!.points.map(
          (point) => point.calls,
        );
      expect(await days('2026-03-28T23:00:00Z', '2026-03-30T12:00:00Z')).toEqual([23, 1]);
      expect(await days('2026-10-24T22:00:00Z', '2026-10-26T12:00:00Z')).toEqual([25, 1]);
    });
  });

  describe('in groups', () => {
    const user_id = randomUUID();
    const asked = { from: `${day(5)}T00:00:00Z`, to: `${day(4)}T00:00:00Z`, bucket: 'hour' } as const;
    const at = (hour: number) => new Date(`${day(5)}T${String(hour).padStart(2, '0')}:05:00Z`);

    beforeAll(async () => {
      const failed = { is_error: true, error_code: 'TOOL_ERROR' };
      await deliver(
        { user_id, created_at: at(1), tool_name: 'search', service_prefix: 'web', table_name: '', client_name: 'a/1' },
        {
          user_id,
          created_at: at(2),
          tool_name: 'search',
          service_prefix: 'web',
          table_name: '',
          client_name: 'a/1',
          api_key_id: '',
        },
        { user_id, created_at: at(2), ...failed, client_name: "b'; --" },
        { user_id, created_at: at(2), ...failed, is_backend_error: true, error_code: 'TIMEOUT' },
        { user_id, created_at: at(3), ...failed, error_code: 'INVALID_ARGUMENTS' },
        { user_id, created_at: at(3), ...failed, error_code: 'CANCELLED' },
        { user_id, created_at: at(3), error_code: 'INPUT_REQUIRED' },
        { user_id: 'another', created_at: at(3), tool_name: 'search' },
      );
    });

    it.each<[GroupBy, object]>([
      ['none', { all: [7, 3] }],
      ['tool', { search: [2, 2], get_daily_bars: [5, 2] }],
      ['api_key', { 'key-1': [6, 3], '': [1, 1] }],
      ['service', { web: [2, 2], 'stock-data': [5, 2] }],
      ['table', { '': [2, 2], daily_bars: [5, 2] }],
      ['outcome', { ok: [3, 3], tool_error: [1, 1], backend_error: [1, 1], invalid_arguments: [1, 1], cancelled: [1, 1] }],
      ['client', { 'a/1': [2, 2], "b'; --": [1, 1], 'test/1.0': [4, 2] }],
      ['user', { [user_id]: [7, 3] }],
    ])('by %s count each call once', async (group_by, expected) => {
      expect(await calls(user_id, { ...asked, group_by })).toEqual(expected);
    });

    it('are narrowed to a tool and to a key', async () => {
      expect(await calls(user_id, { ...asked, tool_name: 'search', group_by: 'client' })).toEqual({ 'a/1': [2, 2] });
      expect(await calls(user_id, { ...asked, api_key_id: 'key-1', group_by: 'tool' })).toEqual({
        search: [1, 1],
        get_daily_bars: [5, 2],
      });
    });

    it("are everybody's where no user is named, by user as by anything else, with their e-mails", async () => {
      const { series } = await read(undefined, { ...asked, tool_name: 'search', group_by: 'user' });
      expect(series.map(({ key, label, total }) => [key, label, total.calls])).toEqual([
        [user_id, `${user_id}@example.com`, 2],
        ['another', 'another@example.com', 1],
      ]);
      expect(await calls(undefined, { ...asked, tool_name: 'search', group_by: 'outcome' })).toEqual({ ok: [3, 3] });
    });

    it('are the eight that are called most, most first, and all others as one', async () => {
      const owner = randomUUID();
      const names = Array.from({ length: 11 }, (_, index) => `tool ${String(index).padStart(2, '0')}`);
      await deliver(
        ...names.flatMap((tool_name, index) =>
          Array.from({ length: 12 - index }, () => ({ user_id: owner, tool_name, created_at: at(4) })),
        ),
      );
      const { series, others_count } = await read(owner, { ...asked, group_by: 'tool' });
      expect(series.map(({ key, total }) => [key, total.calls])).toEqual([
        ...names.slice(0, 8).map((name, index) => [name, 12 - index]),
        ['others', 9],
      ]);
      expect([others_count, series.at(-1)!.points.find((point) => point.calls > 0)?.calls]).toEqual([3, 9]);
      expect((await read(randomUUID(), { ...asked, group_by: 'tool' })).series).toEqual([]);
    });
  });

  it.each([
    ['to', { from: '2026-01-02T00:00:00Z', to: '2026-01-02T00:00:00Z' }],
    ['bucket', { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z', bucket: 'hour' as const }],
    ['bucket', { from: '2024-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }],
  ])('are refused, naming %s, for %p', async (field, query) => {
    await expect(read('anybody', query)).rejects.toMatchObject({ status: 422, extras: { detail: [{ loc: ['query', field] }] } });
  });

  it("are refused for everybody's calls of months by what only the calls know", async () => {
    const query = { from: '2026-01-01T00:00:00Z', to: '2026-03-01T00:00:00Z', group_by: 'client' as const };
    await expect(read(undefined, query)).rejects.toMatchObject({ status: 422 });
    expect((await read('anybody', query)).series).toEqual([]);
  });

  it('are complete until the oldest call that is not delivered was recorded', async () => {
    const before = Date.now();
    await recordAll(rig, [anEvent()]);
    const { fresh_until } = await read('anybody');
    await rig.delivery.run();
    const later = await read('anybody');
    expect(fresh_until.getTime()).toBeGreaterThanOrEqual(before - 1_000);
    expect(later.fresh_until.getTime()).toBeGreaterThan(fresh_until.getTime());
    expect((await read('anybody')).fresh_until.getTime()).toBeGreaterThan(later.fresh_until.getTime());
  });

  describe('of hours that an earlier release has counted', () => {
    const user_id = randomUUID();
    const asked = { from: `${day(6)}T00:00:00Z`, to: `${day(5)}T00:00:00Z`, bucket: 'day' } as const;
    const total = async () => (await read(user_id, asked)).series[0]!.total;

    it('have their counts, and once all are counted anew, what it did not know', async () => {
      const created_at = new Date(`${day(6)}T10:00:00Z`);
      await deliver(
        { user_id, created_at, duration_ms: 50, is_error: true, is_backend_error: true },
        { user_id, created_at, duration_ms: 50 },
      );
      await clickhouse.clickhouse.command(
        `INSERT INTO mcp_tool_usage_hourly (user_id, hour, tool_name, table_name, api_key_id, calls, records, errors, credits_charged, duration_ms, version)
         SELECT user_id, hour, tool_name, table_name, api_key_id, calls, records, errors, credits_charged, duration_ms, version + 1
         FROM mcp_tool_usage_hourly FINAL WHERE user_id = {user_id:String}`,
        { user_id },
      );
      expect(await total()).toMatchObject({ calls: 2, errors: 1, credits: 2, backend_errors: null, p50_ms: null });
      const next = usageRig(database, clickhouse); // the next start looks for them
      await rig.delivery.close();
      await eventually(async () => {
        await next.delivery.run();
        expect(await total()).toMatchObject({
          calls: 2,
          errors: 1,
          credits: 2,
          backend_errors: 1,
          p50_ms: expect.closeTo(50, -1),
        });
      });
      await next.delivery.close();
    });
  });
});
