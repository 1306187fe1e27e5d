import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { JwtService } from '@nestjs/jwt';
import { randomBytes, randomUUID } from 'node:crypto';
import { AuthModule } from '../../src/auth/auth.module.js';
import { GATEWAY } from '../../src/auth/audit/audit-entry.js';
import { AuthChangeFeed } from '../../src/auth/changes/auth-change-feed.js';
import { SessionsRepository } from '../../src/auth/sessions/sessions.repository.js';
import { SESSIONS_MAX, SessionsService } from '../../src/auth/sessions/sessions.service.js';
import { UserChanges } from '../../src/auth/users/user-changes.service.js';
import { UserDeletion } from '../../src/auth/users/user-deletion.service.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { Clock } from '../../src/common/clock.js';
import { Browser } from '../support/gateway/browser.js';
import { eventually } from '../support/eventually.js';
import { TestClock } from '../support/test-clock.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

const PASSWORD = 'correct horse';
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

describe('A session of the portal', () => {
  const clock = new TestClock();
  let database: TestDatabase;
  let apps: NestExpressApplication[];
  let user: { id: string; email: string };

  beforeAll(async () => {
    database = await createTestDatabase();
    const auth = { admin_password: PASSWORD, trust_external_tokens: true };
    const limits = { user_per_hour: 10, session_per_hour: 200 };
    const config = () => testConfig({ database_url: database.url, auth, limits });
    const time = [{ provide: Clock, value: clock }];
    apps = [await startRestApp(config(), [AuthModule], time), await startRestApp(config(), [AuthModule], time)];
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    const email = `${randomBytes(6).toString('hex')}@example.com`;
    user = await apps[0]!.get(UsersService).create({ email, password: PASSWORD });
  });

  const browser = (replica = 0) => new Browser(apps[replica]!.getHttpServer());
  async function signedIn(replica = 0, password = PASSWORD): Promise<Browser> {
    const made = browser(replica);
    expect((await made.signIn(user.email, password)).status).toBe(200);
    return made;
  }
  /** What both replicas say to the cookie. */
  const verdicts = (cookie: string | undefined) =>
    Promise.all(apps.map(async (app) => (await new Browser(app.getHttpServer(), cookie).get('/api/auth/session')).status));
  const OK = [200, 200];
  const OVER = [401, 401];
  const rows = (columns: string) =>
    database.dataSource.query<Record<string, unknown>[]>(`SELECT ${columns} FROM mcp.sessions WHERE user_id = $1`, [user.id]);
  /** The session's use just now. */
  const writtenDown = () =>
    eventually(async () => expect(await rows('last_seen_at')).toEqual([{ last_seen_at: new Date(clock.now()) }]));
  const fresh = () =>
    eventually(() => {
      for (const app of apps) if (!app.get(AuthChangeFeed).isFresh()) throw new Error('A change feed is not fresh');
    });

  describe('begins', () => {
    it('with e-mail and password, says who it is of and how long it lasts, and is admitted on every replica', async () => {
      const made = browser();
      const { body, headers } = await made.signIn(user.email, PASSWORD);
      expect(body).toMatchObject({ user: { email: user.email }, scopes: ['gateway:read', 'tools:call'], idle_seconds: 43_200 });
      expect(body).toMatchObject({ expires_at: new Date(clock.now() + 7 * DAY_MS).toISOString(), confirmed_until: null });
      expect(headers['set-cookie']![0]).toMatch(/^tallygate_8000=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
      expect(await verdicts(made.cookie)).toEqual(OK);
    });

    it('with a hash of its secret, and nothing else of it, in the database', async () => {
      const secret = (await signedIn()).cookie!.split('=')[1]!;
      const [row] = await rows('*');
      expect((row!['token_hash'] as Buffer).length).toBe(32);
      expect(JSON.stringify(row)).not.toContain(secret);
      expect(JSON.stringify(row)).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
    });

    it('with the refusal of a login where the password is wrong, or its user is switched off', async () => {
      expect((await browser().signIn(user.email, 'wrong password')).body).toMatchObject({ detail: 'Invalid credentials' });
      await database.dataSource.query('UPDATE mcp.users SET is_active = false WHERE id = $1', [user.id]);
      const { status, body } = await browser().signIn(user.email, PASSWORD);
      expect([status, (body as { detail: string }).detail]).toEqual([401, expect.stringContaining('switched off')]);
    });

    it('with a token of the operator’s backend, once, as what that says', async () => {
      const jwt = new JwtService({ secret: 'test-secret-'.repeat(4) });
      const token = jwt.sign({ email: 'admin@localhost', role: 'user', exp: 4_000_000_000 });
      const made = browser();
      expect((await made.post('/api/auth/session', { token })).body).toMatchObject({ scopes: ['gateway:read', 'tools:call'] });
      expect((await made.get('/api/auth/session')).body).toMatchObject({ scopes: ['gateway:read', 'tools:call'] });
      expect((await made.get('/api/admin/users')).status).toBe(403);
      for (const wrong of [
        `${token}x`,
        'x',
        jwt.sign({ email: 'a@b.c' }),
        jwt.sign({ sub: user.id, ver: 0, exp: 4_000_000_000 }),
      ])
        expect((await browser().post('/api/auth/session', { token: wrong })).status).toBe(401);
    });

    it('not for who changed their password while it was checked', async () => {
      const known = (await apps[0]!.get(UsersService).findById(user.id))!;
      await apps[0]!.get(UserChanges).setPassword(GATEWAY, user.id, 'battery staple');
      const begin = Reflect.get(apps[0]!.get(SessionsService), 'begin') as (...given: unknown[]) => Promise<unknown>;
      const beginning = begin.call(apps[0]!.get(SessionsService), known, { role: 'user', authMethod: 'password' }, {});
      await expect(beginning).rejects.toThrow('Invalid credentials');
      expect(await rows('id')).toEqual([]);
    });

    it(`and ends the oldest of ${SESSIONS_MAX}`, async () => {
      const first = await signedIn();
      await database.dataSource.query(
        `INSERT INTO mcp.sessions (token_hash, user_id, role, auth_method, created_at, last_seen_at, expires_at)
         SELECT sha256(($1 || n)::bytea), $1::uuid, 'user', 'password', at + n * interval '1 ms', at, at + interval '1 day'
         FROM generate_series(1, $3::int) AS n, (SELECT $2::timestamptz) AS now (at)`,
        [user.id, new Date(clock.now()), SESSIONS_MAX - 1],
      );
      expect(await verdicts(first.cookie)).toEqual(OK);
      clock.advance(1_000);
      await signedIn();
      expect(await rows('count(*)::int AS n')).toEqual([{ n: SESSIONS_MAX }]);
      await eventually(async () => expect(await verdicts(first.cookie)).toEqual(OVER));
    });
  });

  describe('ends on every replica', () => {
    it.each<[string, (own: Browser, id: string) => Promise<unknown>]>([
      ['when its user signs out', (own) => own.send('delete', '/api/auth/session')],
      ['when its user logs out as programs do', (own) => own.post('/api/auth/logout')],
      ['when its user ends it in another one', async (_, id) => (await signedIn(1)).send('delete', `/api/auth/sessions/${id}`)],
      ['with the password', () => apps[1]!.get(UserChanges).setPassword(GATEWAY, user.id, 'battery staple')],
      ['with the role', () => apps[1]!.get(UserChanges).edit(GATEWAY, user.id, { role: 'admin' })],
      ['with the activity', () => apps[1]!.get(UserChanges).edit(GATEWAY, user.id, { isActive: false })],
      ['with its user', () => apps[1]!.get(UserDeletion).delete(GATEWAY, user.id)],
      [
        'with a password that an operator typed',
        () => database.dataSource.query(`UPDATE mcp.users SET password_hash = '!' WHERE id = $1`, [user.id]),
      ],
    ])('%s', async (_, end) => {
      const own = await signedIn();
      const { cookie } = own;
      expect(await verdicts(cookie)).toEqual(OK);
      await fresh();
      await end(own, (await rows('id'))[0]!['id'] as string);
      await eventually(async () => expect(await verdicts(cookie)).toEqual(OVER));
    });
  });

  describe('ends by itself', () => {
    it('where nothing is asked for as long as portal.session_idle_minutes says', async () => {
      const [idle, used] = [await signedIn(), await signedIn()];
      for (let hours = 0; hours < 12; hours += 4) {
        clock.advance(4 * 60 * MINUTE_MS - 1);
        expect((await used.get('/api/auth/session')).status).toBe(200);
      }
      clock.advance(5);
      expect([await verdicts(idle.cookie), (await used.get('/api/auth/session')).status]).toEqual([OVER, 200]);
      expect((await idle.get('/api/auth/session')).body).toMatchObject({
        error_code: 'UNAUTHORIZED',
        detail: 'The session is over. Sign in again.',
      });
    });

    it('not while it is used on another replica, which writes that down', async () => {
      const [here, there] = [await signedIn(0), browser(1)];
      there.cookie = here.cookie;
      for (let hours = 0; hours < 13; hours += 1) {
        clock.advance(60 * MINUTE_MS);
        expect((await there.get('/api/auth/session')).status).toBe(200);
        await writtenDown();
      }
      expect(await verdicts(here.cookie)).toEqual(OK);
    });

    it('after portal.session_max_days, however much is asked', async () => {
      const own = await signedIn();
      for (let hours = 0; hours < 7 * 24 - 1; hours += 1) {
        clock.advance(60 * MINUTE_MS);
        if (hours % 8 > 0) continue;
        expect((await own.get('/api/auth/session')).status).toBe(200);
        await writtenDown();
      }
      expect(await verdicts(own.cookie)).toEqual(OK);
      clock.advance(60 * MINUTE_MS);
      expect(await verdicts(own.cookie)).toEqual(OVER);
    });

    it('also while a page holds a stream open, which a browser opens again by itself', async () => {
      const own = await signedIn();
      clock.advance(11 * 60 * MINUTE_MS);
      const stream = { 'Sec-Fetch-Site': 'same-origin', Accept: 'text/event-stream' };
      expect((await own.get('/api/auth/session', stream)).status).toBe(200);
      clock.advance(61 * MINUTE_MS);
      expect(await verdicts(own.cookie)).toEqual(OVER);
    });

    it('and is forgotten when somebody signs in', async () => {
      await signedIn();
      clock.advance(13 * 60 * MINUTE_MS);
      await signedIn();
      expect(await rows('count(*)::int AS n')).toEqual([{ n: 1 }]);
    });
  });

  describe('is written down as used', () => {
    it('at most every five minutes', async () => {
      const own = await signedIn();
      const [begun] = await rows('last_seen_at');
      for (let minutes = 1; minutes < 5; minutes += 1) {
        clock.advance(MINUTE_MS);
        await own.get('/api/auth/session');
      }
      expect(await rows('last_seen_at')).toEqual([begun]);
      clock.advance(MINUTE_MS);
      await own.get('/api/auth/session');
      await writtenDown();
    });
  });

  describe('asks PostgreSQL nothing', () => {
    it('while memory knows it, or knows that it is over', async () => {
      const own = await signedIn();
      const stale = browser();
      stale.cookie = `tallygate_8000=${'x'.repeat(43)}`;
      const asked = jest.spyOn(apps[0]!.get(SessionsRepository), 'findByHash');
      await eventually(async () => {
        asked.mockClear();
        expect([(await own.get('/api/auth/sessions')).status, (await stale.get('/api/auth/sessions')).status]).toEqual([
          200, 401,
        ]);
        expect(asked).toHaveBeenCalledTimes(0);
      });
      asked.mockRestore();
    });
  });

  describe('lets its user', () => {
    it('see their sessions, with the one that asks marked, and nobody else’s', async () => {
      const [own, other] = [await signedIn(), await signedIn(1)];
      const { body } = await own.get('/api/auth/sessions');
      const { sessions } = body as { sessions: { id: string; is_current: boolean; auth_method: string }[] };
      expect(sessions.map(({ is_current, auth_method }) => ({ is_current, auth_method }))).toContainEqual({
        is_current: true,
        auth_method: 'password',
      });
      expect(sessions.filter(({ is_current }) => is_current)).toHaveLength(1);
      expect(sessions).toHaveLength(2);
      expect((await own.send('delete', `/api/auth/sessions/${randomUUID()}`)).status).toBe(404);
      user = await apps[0]!.get(UsersService).create({ email: `other-${user.email}`, password: PASSWORD });
      const stranger = await signedIn();
      expect((await stranger.send('delete', `/api/auth/sessions/${sessions[0]!.id}`)).status).toBe(404);
      expect(await verdicts(other.cookie)).toEqual(OK);
    });

    it('change their password, and go on in a session of its own while all others end', async () => {
      const [own, other] = [await signedIn(), await signedIn()];
      const before = own.cookie;
      const change = { current_password: PASSWORD, new_password: 'battery staple' };
      expect((await own.send('put', '/api/auth/password', change)).status).toBe(200);
      expect(own.cookie).not.toBe(before);
      await eventually(async () => expect(await verdicts(before)).toEqual(OVER));
      expect([await verdicts(other.cookie), await verdicts(own.cookie)]).toEqual([OVER, OK]);
    });

    it('look at pages without taking from what their programs may ask', async () => {
      const own = await signedIn();
      for (let reads = 0; reads < 15; reads += 1) expect((await own.get('/api/auth/sessions')).status).toBe(200);
      const { headers } = await own.get('/api/auth/sessions');
      expect([headers['x-ratelimit-limit'], headers['x-ratelimit-remaining']]).toEqual(['200', '184']);
    });

    it('only be the admin with a password that they have confirmed', async () => {
      await apps[0]!.get(UserChanges).edit(GATEWAY, user.id, { role: 'admin' });
      const own = await signedIn();
      const powerful = () => own.send('patch', `/api/admin/users/${user.id}`, { role: 'admin' });
      const harmless = () => own.send('patch', `/api/admin/users/${user.id}`, { display_name: 'Anna' });
      const codes = [403, 'CONFIRMATION_REQUIRED'];
      const answer = ({ status, body }: Awaited<ReturnType<typeof powerful>>) => [
        status,
        (body as { error_code: string }).error_code,
      ];
      expect([answer(await powerful()), answer(await own.post(`/api/admin/users/${user.id}/password-link`))]).toEqual([
        codes,
        codes,
      ]);
      expect(
        answer(await own.post('/auth/users', { username: 'x', email: 'x@y.z', password: PASSWORD, is_superuser: true })),
      ).toEqual(codes);
      expect((await harmless()).status).toBe(200);

      expect(answer(await own.post('/api/auth/session/confirm', { password: 'wrong password' }))).toEqual([
        401,
        'INVALID_CREDENTIALS',
      ]);
      expect(answer(await powerful())).toEqual(codes);
      const { body } = await own.post('/api/auth/session/confirm', { password: PASSWORD });
      expect(body).toEqual({ confirmed_until: new Date(clock.now() + 15 * MINUTE_MS).toISOString() });
      expect((await powerful()).status).toBe(200);
      await eventually(async () => {
        const { body: shown } = await new Browser(apps[1]!.getHttpServer(), own.cookie).get('/api/auth/session');
        expect(shown).toMatchObject(body as object);
      });
      clock.advance(15 * MINUTE_MS);
      expect(answer(await powerful())).toEqual(codes);
    });
  });
});
