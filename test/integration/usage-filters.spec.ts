import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isWanted, type CallStreamQuery } from '../../src/usage/live/call-stream.dto.js';
import { OUTCOMES } from '../../src/usage/reports/usage-filter.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { anEvent, historyQuery, recordAll, usageRig, type UsageRig } from '../support/databases/usage-rig.js';

const DAY_MS = 86_400_000;
const DAY = new Date(Date.now() - 3 * DAY_MS).toISOString().slice(0, 10);
const failed = (error_code: string, is_backend_error = false) => ({ is_error: true, is_backend_error, error_code });

describe('History', () => {
  let clickhouse: TestClickHouse;
  let database: TestDatabase;
  let rig: UsageRig;
  let events: ReturnType<typeof anEvent>[];

  beforeAll(async () => {
    [clickhouse, database] = await Promise.all([startTestClickHouse(), createTestDatabase()]);
    rig = usageRig(database, clickhouse);
    const calls = [
      { tool_name: 'a' },
      { tool_name: 'b', ...failed('TOOL_ERROR') },
      { tool_name: 'c', ...failed('BACKEND_ERROR', true), service_prefix: 'web' },
      { tool_name: 'd', ...failed('TIMEOUT', true), client_name: "o'neil/1" },
      { tool_name: 'e', ...failed('INVALID_ARGUMENTS'), request_id: 'r-1' },
      { tool_name: 'f', ...failed('CANCELLED'), duration_ms: 900 },
      { tool_name: 'g', error_code: 'INPUT_REQUIRED', duration_ms: 899.5 },
    ];
    events = calls.map((call, index) =>
      anEvent({ ...call, user_id: 'alice', created_at: new Date(`${DAY}T10:0${index}:00.250Z`) }),
    );
    await recordAll(rig, [...events, anEvent({ user_id: 'bob', request_id: 'r-1', tool_name: 'bob’s' })]);
    await rig.delivery.run();
    await rig.log.insert('again', events.map((event) => JSON.stringify(event)).join('\n'), AbortSignal.timeout(5_000));
  }, 60_000);
  afterAll(async () => {
    await rig.delivery.close();
    await clickhouse.stop();
    await database.drop();
  });

  const history = (query: Parameters<typeof historyQuery>[0], user = 'alice') => rig.queries.history(user, historyQuery(query));
  const shown = async (query: Parameters<typeof historyQuery>[0]) => {
    const { records, total } = await history(query);
    expect(total).toBe(records.length);
    return records.map((record) => record.tool_name).join('');
  };

  it.each([
    ['ok', 'ga'],
    ['tool_error', 'b'],
    ['backend_error', 'dc'],
    ['invalid_arguments', 'e'],
    ['cancelled', 'f'],
  ] as const)('can be narrowed to the outcome %s, and the total agrees', async (outcome, tools) => {
    expect(await shown({ outcome })).toBe(tools);
  });

  it.each([
    ['a source of tools', { service: 'web' }, 'c'],
    ['a client', { client_name: "o'neil/1" }, 'd'],
    ['a request', { request_id: 'r-1' }, 'e'],
    ['what took longer', { min_duration_ms: 899.5 }, 'gf'],
    ['an instant on', { from: `${DAY}T10:05:00.250Z` }, 'gf'],
    ['before an instant', { to: `${DAY}T10:01:00.250Z` }, 'a'],
    ['between two instants of any zone', { from: `${DAY}T12:02:00+02:00`, to: `${DAY}T10:04:00Z` }, 'dc'],
    ['an instant and a day', { from: `${DAY}T10:06:00Z`, end_date: DAY }, 'g'],
    ['several of them', { min_duration_ms: 100, outcome: 'ok' as const, from: `${DAY}T10:00:00Z` }, 'g'],
    ['what there is not', { service: "web' OR 1=1 --" }, ''],
    ['a time long ago', { to: '0001-01-01T00:00:00Z' }, ''],
    ['a time far off', { from: '9999-01-01T00:00:00Z' }, ''],
  ])('can be narrowed to %s, and the total agrees', async (_, query, tools) => {
    expect(await shown(query)).toBe(tools);
  });

  it.each<CallStreamQuery>([
    ...OUTCOMES.map((outcome) => ({ outcome })),
    ...['a', 'A', 'x'].map((tool_name) => ({ tool_name })),
    ...['key-1', 'key'].map((api_key_id) => ({ api_key_id })),
    ...['web', 'stock-data', 'stock'].map((service) => ({ service })),
    ...["o'neil/1", 'test/1.0', 'test'].map((client_name) => ({ client_name })),
    ...['r-1', 'r'].map((request_id) => ({ request_id })),
    ...[0, 2, 3, 899, 900, 901].map((min_duration_ms) => ({ min_duration_ms })),
    { outcome: 'cancelled', min_duration_ms: 900, tool_name: 'f' },
    { outcome: 'ok', min_duration_ms: 900 },
  ])('has of %p the calls that a stream tells of', async (query) => {
    const told = events.filter((event) => isWanted(query, event)).map((event) => event.tool_name);
    expect(await shown(query)).toBe(told.reverse().join(''));
  });

  it('goes on behind a call, each call once however often it was delivered, though new ones come', async () => {
    const pages: string[] = [];
    let answer = await history({ page_size: 2 });
    expect(answer.total).toBe(7);
    for (;;) {
      pages.push(answer.records.map((record) => record.tool_name).join(''));
      if (answer.next === null) break;
      await recordAll(rig, [anEvent({ user_id: 'alice', tool_name: 'new', created_at: new Date() })]);
      await rig.delivery.run();
      answer = await history({ page_size: 2, before: answer.next });
      expect(answer.total).toBeNull();
    }
    expect(pages).toEqual(['gf', 'ed', 'cb', 'a']);
    const ofSome = await history({ page_size: 1, outcome: 'backend_error' });
    expect((await history({ page_size: 1, outcome: 'backend_error', before: ofSome.next! })).records[0]!.tool_name).toBe('c');
  });

  it('has nothing behind its last page', async () => {
    expect((await history({ page_size: 7, to: `${DAY}T23:00:00Z` })).next).toBeNull();
    expect((await history({ page_size: 6, to: `${DAY}T23:00:00Z` })).next).toBe(`${events[1]!.created_at}_${events[1]!.id}`);
  });

  it("never shows another user's calls", async () => {
    expect((await history({ request_id: 'r-1' }, 'bob')).records.map((record) => record.tool_name)).toEqual(['bob’s']);
    const before = `${events[6]!.created_at}_${events[6]!.id}`;
    expect((await history({ before }, 'bob')).records).toEqual([]);
  });

  it.each([
    ['to', { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
    ['from', { from: '2026-01-01T00:00:00Z', start_date: '2026-01-01' }],
    ['to', { to: '2026-01-01T00:00:00Z', end_date: '2026-01-01' }],
    ['page', { page: 2, before: '2026-01-01T00:00:00.000Z_00000000-0000-4000-8000-000000000000' }],
  ])('is refused, naming %s, for %p', async (field, query) => {
    await expect(history(query)).rejects.toMatchObject({ status: 422, extras: { detail: [{ loc: ['query', field] }] } });
  });
});
