import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Principal } from '../../src/auth/access/principal.js';
import { CallTail } from '../../src/usage/live/call-tail.service.js';
import { LiveCallsRepository } from '../../src/usage/live/live-calls.repository.js';
import { UsageRecorder } from '../../src/usage/recording/usage-recorder.service.js';
import { eventually } from '../support/eventually.js';
import { anEvent } from '../support/databases/usage-rig.js';
import { ALL, OWN, StreamRig } from '../support/live/stream-rig.js';

jest.setTimeout(60_000);

describe('A stream of calls', () => {
  let rig: StreamRig;
  let user: Principal;
  let admin: Principal;
  beforeAll(async () => {
    rig = await StreamRig.start();
    admin = await rig.rest.newUser('admin');
    await rig.rest.delivers();
  });
  beforeEach(async () => void (user = await rig.rest.newUser()));
  afterEach(() => rig.leave());
  afterAll(() => rig.stop());

  const page = async <Page>(who: Principal, path: string) => (await rig.rest.get(who, path).expect(200)).body as Page;

  it('tells of a call at another replica within two seconds, as the list has it', async () => {
    const { key_id: key } = (await rig.rest.post(user, '/api/mcp-keys/create', { key_name: 'mine' })).body as { key_id: string };
    const own = await rig.open(user);
    const all = await rig.open(admin, ALL);
    const started = performance.now();
    await rig.call(user, { api_key_id: key, is_error: true, error_message: 'two\nlines', arguments: { n: 1 } });
    await Promise.all([own.has(1), all.has(1)]);
    expect(performance.now() - started).toBeLessThan(2_000);
    await rig.rest.delivered();
    const { records } = await page<{ records: object[] }>(user, '/api/mcp-usage/history');
    expect(own.events.map(({ data }) => data)).toEqual(records);
    const everybody = await page<{ records: object[] }>(admin, '/api/admin/calls?page_size=1');
    expect(all.events.map(({ data }) => data)).toEqual(everybody.records);
    expect(own.events[0]!.data).toMatchObject({ api_key_name: 'mine' });
  });

  it('is an answer that nobody keeps or holds back, and says when to come back', async () => {
    const reader = await rig.open(user);
    const { response } = reader;
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(response.headers['content-encoding']).toBeUndefined();
    await eventually(() => expect(reader.retryMs).toBe(2_000));
  });

  it('has each user’s own calls, and for admins everybody’s or a user’s, as the filters leave them', async () => {
    const someone = await rig.rest.newUser();
    const key = randomUUID();
    const [own, slow, failed, ofSomeone] = await Promise.all([
      rig.open(user),
      rig.open(user, `${OWN}?min_duration_ms=500&api_key_id=${key}&service=s&client_name=c&request_id=r&tool_name=slow`),
      rig.open(user, `${OWN}?outcome=cancelled`),
      rig.open(admin, `${ALL}?user_id=${someone.userId}`),
    ]);
    const like = { api_key_id: key, service_prefix: 's', client_name: 'c', request_id: 'r', tool_name: 'slow', duration_ms: 500 };
    const unlike = [{ api_key_id: '' }, { service_prefix: '' }, { client_name: '' }, { request_id: '' }, { tool_name: '' }];
    const others = [...unlike, { duration_ms: 499 }].map((part) => ({ ...like, ...part }));
    const cancelled = { is_error: true, error_code: 'CANCELLED' };
    const backend = { ...cancelled, is_backend_error: true };
    const ids = await rig.call(user, ...others, like, cancelled, backend, { is_error: true });
    const [theirs] = await rig.call(someone, like);
    await Promise.all([own.has(ids.length), slow.has(1), failed.has(1), ofSomeone.has(1)]);
    expect([own, slow, failed, ofSomeone].map((stream) => stream.of('id'))).toEqual([ids, [ids[6]], [ids[7]], [theirs]]);
  });

  it('tells of each call once and in the order in which they were committed, also of one that was long under way', async () => {
    const stream = await rig.open(user);
    const slow = new pg.Client(rig.rest.database.url);
    await slow.connect();
    await slow.query('BEGIN');
    const late = anEvent({ user_id: user.userId });
    await slow.query(`INSERT INTO mcp.usage_outbox (created_at, event_id, body) VALUES ($1, $2, $3)`, [
      late.created_at,
      late.id,
      JSON.stringify(late),
    ]);
    const [first] = await rig.call(user, {});
    await rig.looks(2);
    expect(stream.events).toEqual([]);
    await slow.query('COMMIT');
    await slow.end();
    const [last] = await rig.call(user, {});
    await stream.has(3);
    expect(stream.of('id')).toEqual([late.id, first, last]);
  });

  it('begins with what ClickHouse does not have yet, so that no call is missed between the list and it', async () => {
    await rig.rest.delivered();
    await rig.rest.clickhouse.arm('refuse', 1_000_000);
    try {
      const ids = await rig.call(user, {}, {});
      const stream = await rig.open(user);
      ids.push(...(await rig.call(user, {})));
      await stream.has(3);
      expect(stream.of('id')).toEqual(ids);
    } finally {
      await rig.rest.clickhouse.arm('refuse', 0);
    }
    await rig.rest.delivered();
    const later = await rig.open(user);
    const [last] = await rig.call(user, {});
    await later.has(1);
    expect(later.of('id')).toEqual([last]);
  });

  it('tells of what came since it was opened, even if ClickHouse has it before anybody looked for it', async () => {
    await rig.rest.delivered();
    const calls = rig.rest.app.get(LiveCallsRepository);
    const behind = calls.behind.bind(calls);
    let look = () => {};
    const held = new Promise<void>((resolve) => (look = resolve));
    const looks = jest.spyOn(calls, 'behind').mockImplementation((...of) => held.then(() => behind(...of)));
    const stream = await rig.open(user);
    const [call] = await rig.call(user, {});
    await rig.rest.delivered();
    look();
    await stream.has(1);
    expect(stream.of('id')).toEqual([call]);
    looks.mockRestore();
  });

  describe('that goes on behind an event', () => {
    const from = (id: string | undefined) => ({ 'last-event-id': id! });

    it('has what was missed since, on another replica too, each once', async () => {
      const before = await rig.open(user);
      const told = await rig.call(user, {}, {}, {});
      await before.has(3);
      before.close();
      const missed = await rig.call(user, {}, {});
      await rig.rest.delivered();
      const headers = { authorization: rig.rest.bearer(user), ...from(before.events[0]!.id) };
      const after = await rig.openAt(rig.other, OWN, headers);
      const [last] = await rig.call(user, {});
      await after.has(5);
      expect(after.of('id')).toEqual([...told.slice(1), ...missed, last]);
    });

    it('has the last 200 of many, and how many there were before', async () => {
      const before = await rig.open(user);
      await rig.call(user, {});
      await before.has(1);
      before.close();
      await eventually(() => expect(rig.other.get(CallTail)['place']).toBeUndefined());
      const recorder = rig.other.get(UsageRecorder);
      await Promise.all(Array.from({ length: 203 }, () => recorder.record(anEvent({ user_id: user.userId }))));
      await rig.call(await rig.rest.newUser(), {});
      const headers = { authorization: rig.rest.bearer(user), ...from(before.events[0]!.id) };
      const after = await rig.openAt(rig.other, OWN, headers); // where nobody has listened
      await after.has(201);
      expect([after.skipped, after.of('id').length]).toEqual([[3], 200]);
    });

    it.each(['9000000000000000000-1', '99999999999999999999-1', 'x', ''])('that there never was (%j) begins anew', async (id) => {
      const stream = await rig.open(user, OWN, from(id));
      const [call] = await rig.call(user, {});
      await eventually(() => expect(stream.of('id')).toEqual([call]));
      expect(stream.skipped).toEqual(id.startsWith('9000') ? [null] : []);
    });
  });

  it('asks PostgreSQL nothing while nobody listens, and again when somebody comes', async () => {
    const calls = rig.rest.app.get(LiveCallsRepository);
    const asked = [jest.spyOn(calls, 'behind'), jest.spyOn(calls, 'end'), jest.spyOn(calls, 'between')];
    const count = () => asked.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    const stream = await rig.open(user);
    await eventually(() => expect(asked[0]!.mock.calls.length).toBeGreaterThan(2));
    stream.close();
    await eventually(async () => {
      const before = count();
      await rig.looks(2);
      expect(count()).toBe(before);
    });
    await rig.call(user, {});
    await rig.rest.delivered();
    const again = await rig.open(user);
    const [call] = await rig.call(user, {});
    await again.has(1);
    expect(again.of('id')).toEqual([call]);
    for (const spy of asked) spy.mockRestore();
  });
});
