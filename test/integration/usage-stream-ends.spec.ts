import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { once } from 'node:events';
import { request, type IncomingMessage, type Server } from 'node:http';
import { promisify } from 'node:util';
import pg from 'pg';
import { UsersService } from '../../src/auth/users/users.service.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { Metrics } from '../../src/telemetry/metrics.js';
import { CallStreams } from '../../src/usage/live/call-streams.service.js';
import { UsageRecorder } from '../../src/usage/recording/usage-recorder.service.js';
import { eventually } from '../support/eventually.js';
import { anEvent } from '../support/databases/usage-rig.js';
import { Browser, HOST } from '../support/gateway/browser.js';
import { addressOf, ALL, OWN, StreamRig } from '../support/live/stream-rig.js';
import type { EventReader } from '../support/live/event-reader.js';

jest.setTimeout(60_000);
const PASSWORD = 'correct horse';

describe('The end of a stream of calls', () => {
  let rig: StreamRig;
  let user: Principal;
  beforeAll(async () => void (rig = await StreamRig.start()));
  beforeEach(async () => void (user = await rig.rest.newUser()));
  afterEach(async () => {
    rig.leave();
    await eventually(() => expect(rig.rest.app.get(CallStreams).count).toBe(0));
  });
  afterAll(() => rig.stop());

  /** A stream that tells of calls. */
  const told = async (stream: EventReader, of: Principal = user) => {
    const seen = stream.events.length;
    await rig.call(of, {});
    await stream.has(seen + 1);
  };
  const headersOf = (who: Principal) => ({ authorization: rig.rest.bearer(who) });
  const change = (sql: string) => rig.rest.database.dataSource.query(sql, [user.userId]);

  it('comes within two seconds when its user is switched off', async () => {
    const stream = await rig.open(user);
    await told(stream);
    await change('UPDATE mcp.users SET is_active = false WHERE id = $1');
    const started = performance.now();
    await stream.ended();
    expect(performance.now() - started).toBeLessThan(2_000);
    await expect(rig.open(user)).rejects.toThrow(/^401 .*switched off/);
  });

  it('comes to everybody’s calls when an admin is one no more', async () => {
    user = await rig.rest.newUser('admin');
    const all = await rig.open(user, ALL);
    await told(all);
    await change(`UPDATE mcp.users SET role = 'user' WHERE id = $1`);
    await all.ended();
  });

  it('comes within two seconds when the login is ended that it was opened with', async () => {
    const authorization = rig.rest.bearer(user); // once: the next second's is another login
    const stream = await rig.openAt(rig.rest.app, OWN, { authorization });
    await told(stream);
    const logout = await rig.rest.http().post('/api/auth/logout').set('Authorization', authorization);
    expect(logout.status).toBe(204);
    const started = performance.now();
    await stream.ended();
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  describe('of a session', () => {
    let browser: Browser;
    let email: string;
    let headers: Record<string, string>;
    beforeEach(async () => {
      email = `${user.userId}@portal.example`;
      const made = await rig.rest.app.get(UsersService).create({ email, password: PASSWORD });
      user = { ...user, userId: made.id };
      browser = new Browser(rig.rest.app.getHttpServer());
      await browser.signIn(email, PASSWORD);
      headers = { host: HOST, cookie: browser.cookie!, 'sec-fetch-site': 'same-origin' };
    });

    it('comes within two seconds when that ends, on another replica too', async () => {
      const streams = [await rig.openAt(rig.rest.app, OWN, headers), await rig.openAt(rig.other, OWN, headers)];
      await Promise.all(streams.map((stream) => told(stream)));
      expect((await browser.send('delete', '/api/auth/session')).status).toBe(204);
      const started = performance.now();
      await Promise.all(streams.map((stream) => stream.ended()));
      expect(performance.now() - started).toBeLessThan(2_000);
      await expect(rig.openAt(rig.rest.app, OWN, headers)).rejects.toThrow('401');
    });

    it('does not come when another session of its user ends', async () => {
      const stream = await rig.openAt(rig.rest.app, OWN, headers);
      const other = new Browser(rig.rest.app.getHttpServer());
      expect((await other.signIn(email, PASSWORD)).status).toBe(200);
      await told(stream);
      await change(`DELETE FROM mcp.sessions WHERE user_id = $1 AND created_at = (SELECT max(created_at) FROM mcp.sessions)`);
      await told(stream);
      expect(stream.isOver).toBe(false);
    });

    it.each([
      ['another origin', { origin: 'http://other.example' }],
      ['another port', { origin: 'http://gateway.test:9999', 'sec-fetch-site': 'same-site' }],
      ['a page that says no origin', { 'sec-fetch-site': 'cross-site' }],
    ])('is there at once for %s', async (_, from) => {
      await expect(rig.openAt(rig.rest.app, OWN, { ...headers, ...from })).rejects.toThrow(/^403 .*CSRF_REFUSED/);
    });
  });

  it('is there at once for who may not, and for who asks for what there is not', async () => {
    await expect(rig.openAt(rig.rest.app, OWN, {})).rejects.toThrow('401');
    await expect(rig.open(user, ALL)).rejects.toThrow(/^403 .*INSUFFICIENT_PERMISSIONS/);
    await expect(rig.open(user, `${OWN}?from=2026-01-01T00:00:00Z`)).rejects.toThrow('422');
    await expect(rig.open(user, `${OWN}?outcome=good`)).rejects.toThrow('422');
  });

  it('is there at once for a fifth of a user, until one is closed, and for one too many of all', async () => {
    const own = await Promise.all([1, 2, 3, 4].map(() => rig.open(user)));
    await expect(rig.open(user)).rejects.toThrow(/^429 .*4 streams of calls of yours are open/);
    own[0]!.close();
    await eventually(() => rig.open(user));
    const users = await Promise.all(Array.from({ length: 49 }, () => rig.rest.newUser()));
    for (const one of users) await Promise.all([1, 2, 3, 4].map(() => rig.open(one)));
    await expect(rig.open(await rig.rest.newUser())).rejects.toThrow(/^503 .*200 streams of calls are open/);
  });

  it('has come for who left while the gateway still asked who it is', async () => {
    const streams = rig.rest.app.get(CallStreams);
    const opened = jest.spyOn(streams, 'openOwn');
    const lock = new pg.Client(rig.rest.database.url);
    await lock.connect();
    await lock.query('BEGIN; LOCK TABLE mcp.users');
    const asked = [1, 2, 3, 4].map(() =>
      request(addressOf(rig.rest.app) + OWN, { headers: headersOf(user), agent: false }).end(),
    );
    for (const one of asked) one.on('error', () => undefined);
    await eventually(async () => expect(await waitersFor(lock, 'mcp.users')).toBeGreaterThan(0));
    await eventually(async () => expect(await connectionsOf(rig.rest.app)).toBe(4));
    for (const one of asked) one.destroy();
    await eventually(async () => expect(await connectionsOf(rig.rest.app)).toBe(0));
    await lock.query('ROLLBACK');
    await lock.end();
    await eventually(() => expect(opened).toHaveBeenCalledTimes(4));
    expect(streams.count).toBe(0);
    opened.mockRestore();
  });

  it('is seen in the number of open streams', async () => {
    const open = () => rig.rest.app.get(Metrics).valueOf('tallygate_usage_streams');
    const streams = [await rig.open(user), await rig.open(user)];
    expect(await open()).toBe(2);
    streams[0]!.close();
    await eventually(async () => expect(await open()).toBe(1));
  });

  it.each([OWN, ALL])('is there at once for HEAD of %s', async (path) => {
    const who = await rig.rest.newUser('admin');
    const asked = request(addressOf(rig.rest.app) + path, { method: 'HEAD', headers: headersOf(who), agent: false }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(rig.rest.app.get(CallStreams).count).toBe(0);
  });

  it('does not come to a slow reader, who is told how many calls it has missed', async () => {
    const stream = await rig.open(user, OWN, {}, { reads: false });
    await eventually(() => expect(rig.rest.app.get(CallStreams).count).toBe(1));
    const text = 'x'.repeat(2_000);
    const recorder = rig.other.get(UsageRecorder);
    const large = () => anEvent({ user_id: user.userId, arguments: { text }, error_message: text });
    const ids: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      const events = Array.from({ length: 1_000 }, large);
      ids.push(...events.map(({ id }) => id));
      await Promise.all(events.map((event) => recorder.record(event)));
    }
    stream.read();
    await eventually(async () => {
      const count = stream.skipped.reduce<number>((sum, skipped) => sum + Number(skipped), 0);
      expect(count).toBeGreaterThan(0);
      expect(stream.of('id').length + count).toBe(ids.length);
    }, 30_000);
    const got = stream.of('id');
    expect(got).toEqual(ids.filter((id) => got.includes(id)));
    await told(stream);
  });

  it('comes when the gateway stops, which does not wait for it', async () => {
    const own = await StreamRig.start();
    const stream = await own.open(await own.rest.newUser());
    const started = performance.now();
    await own.rest.app.close();
    expect(performance.now() - started).toBeLessThan(5_000);
    await stream.ended();
    await own.other.close();
    await own.rest.database.drop();
    await own.rest.clickhouse.stop();
  });
});

/** How many statements wait for a table. */
async function waitersFor(asker: pg.Client, table: string): Promise<number> {
  const sql = 'SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted AND relation = $1::regclass';
  return (await asker.query<{ count: number }>(sql, [table])).rows[0]!.count;
}

const connectionsOf = (app: NestExpressApplication): Promise<number> => {
  const server = app.getHttpServer() as Server;
  return promisify(server.getConnections.bind(server))();
};
