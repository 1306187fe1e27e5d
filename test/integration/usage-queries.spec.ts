import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { anEvent, historyQuery, recordAll, usageRig, type UsageRig } from '../support/databases/usage-rig.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const day = (ago: number) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);

describe('Usage history and statistics', () => {
  let clickhouse: TestClickHouse;
  let database: TestDatabase;
  let rig: UsageRig;

  beforeAll(async () => {
    clickhouse = await startTestClickHouse();
    database = await createTestDatabase();
    rig = usageRig(database, clickhouse);
    await recordAll(rig, [...aliceEvents(), anEvent({ user_id: 'bob', record_count: 1_000 })]);
    await rig.delivery.run();
  });
  afterAll(async () => {
    await rig.delivery.close();
    await clickhouse.stop();
    await database.drop();
  });

  /** Three calls a day at 12:00, 12:01 and 12:02 UTC on the ten days before today. */
  function aliceEvents() {
    return Array.from({ length: 30 }, (_, index) =>
      anEvent({
        user_id: 'alice',
        tool_name: index % 3 === 0 ? 'greet' : 'get_daily_bars',
        table_name: index % 3 === 0 ? '' : 'daily_bars',
        api_key_id: index % 3 === 2 ? 'key-2' : 'key-1',
        record_count: index % 3,
        created_at: new Date(Date.parse(`${day(1 + Math.floor(index / 3))}T12:0${index % 3}:00.500Z`)),
      }),
    );
  }
  const history = (query: Parameters<typeof historyQuery>[0], user = 'alice') => rig.queries.history(user, historyQuery(query));

  it('show every field of a call', async () => {
    const event = anEvent({
      user_id: 'carol',
      is_error: true,
      is_backend_error: true,
      error_code: 'TIMEOUT',
      error_message: 'it\'s \\ "quoted" \n😀',
      credits_charged: 0,
      duration_ms: 12.345,
    });
    const long = anEvent({ user_id: 'carol', arguments: { text: 'x'.repeat(5_000) }, created_at: new Date(Date.now() - 1_000) });
    await recordAll(rig, [event, long]);
    await rig.delivery.run();
    const { records } = await history({}, 'carol');
    const { user_id, service_prefix, credits_cost, replica, ...shown } = event;
    const own = { service: service_prefix, arguments: { symbol: 'AAPL', start: '2024-01-01' }, api_key_name: null };
    expect(records[0]).toEqual({ ...shown, ...own });
    expect(records[1]!.arguments).toBe(long.arguments);
    expect([user_id, credits_cost, replica]).toEqual(['carol', 1, 'test:1']);
  });

  describe('history', () => {
    it('is newest first, in pages that neither overlap nor leave anything out', async () => {
      const pages = await Promise.all([1, 2, 3, 4].map((page) => history({ page, page_size: 8 })));
      expect(pages.map(({ records, total, page, page_size }) => ({ total, page, page_size, shown: records.length }))).toEqual([
        { total: 30, page: 1, page_size: 8, shown: 8 },
        { total: 30, page: 2, page_size: 8, shown: 8 },
        { total: 30, page: 3, page_size: 8, shown: 8 },
        { total: 30, page: 4, page_size: 8, shown: 6 },
      ]);
      const records = pages.flatMap((page) => page.records);
      expect(new Set(records.map((record) => record.id)).size).toBe(30);
      const times = records.map((record) => record.created_at);
      expect(times).toEqual([...times].sort().reverse());
    });

    it.each([
      ['rolled up or not', {}, 12],
      ['of one tool', { tool_name: 'greet' }, 6],
      ['of some days', { start_date: day(10), end_date: day(9) }, 10],
    ])(
      'has each call on one page, wherever pages begin and however often it was delivered: %s',
      async (_, query, calls) => {
        const user_id = `pager ${calls}`;
        const events = pagerMoments().map((moment, index) =>
          anEvent({ user_id, created_at: new Date(moment), tool_name: index % 2 === 0 ? 'greet' : 'echo' }),
        );
        await recordAll(rig, events);
        await rig.delivery.run();
        await rig.log.insert(user_id, events.map((event) => JSON.stringify(event)).join('\n'), AbortSignal.timeout(5_000));
        const { records: all } = await history({ ...query, page_size: 100 }, user_id);
        expect(new Set(all.map((record) => record.id)).size).toBe(calls);
        expect(all.map((record) => record.created_at)).toEqual(
          all
            .map((record) => record.created_at)
            .sort()
            .reverse(),
        );
        for (const page_size of [1, 3, 4, 7]) {
          const pages = Array.from({ length: Math.ceil(calls / page_size) }, (__, index) => index + 1);
          const shown = await Promise.all(pages.map((page) => history({ ...query, page, page_size }, user_id)));
          expect(shown.flatMap((page) => page.records)).toEqual(all);
          expect(new Set(shown.map((page) => page.total))).toEqual(new Set([calls]));
        }
      },
      60_000,
    );

    /** An hour's last millisecond and the next one's first, three times; half past nine, five times; and now, twice. */
    function pagerMoments() {
      const borders = [`${day(10)}T23:59:59.999Z`, `${day(9)}T00:00:00.000Z`];
      const morning = [1, 1, 2, 3, 4].map((second) => `${day(9)}T09:30:0${second}.000Z`);
      const now = new Date().toISOString();
      return [...borders, ...borders.slice(1), ...borders.slice(1), borders[0]!, ...morning, now, now];
    }

    it('has an empty page after the last', async () => {
      expect(await history({ page: 1_000_000, page_size: 100 })).toEqual({
        records: [],
        total: 30,
        page: 1_000_000,
        page_size: 100,
        next: null,
      });
    });

    it.each([
      ['a first and a last day, both included', { start_date: day(3), end_date: day(2) }, 6],
      ['a single day', { start_date: day(3), end_date: day(3) }, 3],
      ['a first day', { start_date: day(2) }, 6],
      ['a last day', { end_date: day(9) }, 6],
      ['a tool', { tool_name: 'greet' }, 10],
      ['a key', { api_key_id: 'key-2' }, 10],
      ['all of them', { start_date: day(4), end_date: day(1), tool_name: 'get_daily_bars', api_key_id: 'key-2' }, 4],
      ['days before any call', { start_date: '0001-01-01', end_date: '1999-12-31' }, 0],
      ['days long after', { start_date: '2100-01-01', end_date: '9999-12-31' }, 0],
    ])('can be narrowed to %s, and the total agrees', async (_, query, calls) => {
      const { records, total } = await history({ ...query, page_size: 100 });
      expect([records.length, total]).toEqual([calls, calls]);
    });

    it('refuses a reversed range, naming the field', async () => {
      await expect(history({ start_date: day(1), end_date: day(2) })).rejects.toMatchObject({
        status: 422,
        extras: { detail: [{ loc: ['query', 'end_date'] }] },
      });
    });

    it.each(["greet' OR 1=1 --", "'; DROP TABLE mcp_tool_usage_log; --", '{userId:String}', '\\', "key-1') OR ('1'='1"])(
      'takes %p as a name that nothing has',
      async (hostile) => {
        expect((await history({ tool_name: hostile })).total).toBe(0);
        expect((await history({ api_key_id: hostile })).total).toBe(0);
        expect((await history({}, hostile)).total).toBe(0);
        expect((await history({})).total).toBe(30);
      },
    );

    it("never shows another user's calls", async () => {
      const { records, total } = await history({}, 'bob');
      expect([total, records.length, records[0]!.record_count]).toEqual([1, 1, 1_000]);
      expect((await history({ tool_name: 'greet' }, 'bob')).total).toBe(0);
    });
  });

  describe('statistics', () => {
    it('have every day, zeros included, oldest first', async () => {
      const { daily_stats } = await rig.queries.stats('alice', { days: 30 });
      expect(daily_stats.map((entry) => entry.date)).toEqual(Array.from({ length: 30 }, (_, index) => day(29 - index)));
      const calls = daily_stats.map((entry) => entry.call_count);
      expect(calls).toEqual([...Array<number>(19).fill(0), ...Array<number>(10).fill(3), 0]);
    });

    it('sum up, divide by the days asked for, and name the tools called most with their tables', async () => {
      expect(await rig.queries.stats('alice', { days: 5 })).toMatchObject({
        total_calls: 12,
        total_records: 12,
        avg_daily_calls: 12 / 5,
        top_tools: [
          { tool_name: 'get_daily_bars', table_name: 'daily_bars', call_count: 8, total_records: 12 },
          { tool_name: 'greet', table_name: '', call_count: 4, total_records: 0 },
        ],
      });
    });

    it('are zeros for someone who has called nothing', async () => {
      const stats = await rig.queries.stats('nobody', { days: 1 });
      expect(stats).toEqual({
        daily_stats: [{ date: day(0), call_count: 0, total_records: 0 }],
        total_calls: 0,
        total_records: 0,
        avg_daily_calls: 0,
        top_tools: [],
      });
    });

    it("never count another user's calls", async () => {
      expect(await rig.queries.stats('bob', { days: 365 })).toMatchObject({ total_calls: 1, total_records: 1_000 });
    });
  });

  it('say that they cannot be read while ClickHouse is away', async () => {
    await clickhouse.arm('refuse', 2);
    await expect(history({})).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('still served') });
    await expect(rig.queries.stats('alice', { days: 1 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await clickhouse.arm('none', 0);
  });
});
