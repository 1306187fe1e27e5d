import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { GATEWAY } from '../../src/auth/audit/audit-entry.js';
import { SessionsRepository } from '../../src/auth/sessions/sessions.repository.js';
import { UserChanges } from '../../src/auth/users/user-changes.service.js';
import { OK, OVER, PASSWORD, SessionRig } from '../support/gateway/session-rig.js';
import { eventually } from '../support/eventually.js';

const MINUTE_MS = 60_000;

describe('A session of the portal', () => {
  let rig: SessionRig;
  beforeAll(
    async () =>
      void (rig = await SessionRig.start({ limits: { user_per_hour: 10, session_per_hour: 200, failures_per_address: 5 } })),
  );
  afterAll(() => rig.stop());
  beforeEach(() => rig.newUser());

  describe('ends by itself', () => {
    it('where nothing is asked for as long as portal.session_idle_minutes says', async () => {
      const [idle, used] = [await rig.signedIn(), await rig.signedIn()];
      for (let hours = 0; hours < 12; hours += 4) {
        rig.clock.advance(4 * 60 * MINUTE_MS - 1);
        expect((await used.get('/api/auth/session')).status).toBe(200);
      }
      rig.clock.advance(5);
      expect([await rig.verdicts(idle.cookie), (await used.get('/api/auth/session')).status]).toEqual([OVER, 200]);
      expect((await idle.get('/api/auth/session')).body).toMatchObject({
        error_code: 'UNAUTHORIZED',
        detail: 'The session is over. Sign in again.',
      });
    });

    it('not while it is used on another replica, which writes that down', async () => {
      const here = await rig.signedIn();
      const there = rig.browser(1, here.cookie);
      for (let hours = 0; hours < 13; hours += 1) {
        rig.clock.advance(60 * MINUTE_MS);
        expect((await there.get('/api/auth/session')).status).toBe(200);
        await rig.writtenDown();
      }
      expect(await rig.verdicts(here.cookie)).toEqual(OK);
    });

    it('after portal.session_max_days, however much is asked', async () => {
      const own = await rig.signedIn();
      for (let hours = 0; hours < 7 * 24 - 1; hours += 1) {
        rig.clock.advance(60 * MINUTE_MS);
        if (hours % 8 > 0) continue;
        expect((await own.get('/api/auth/session')).status).toBe(200);
        await rig.writtenDown();
      }
      expect(await rig.verdicts(own.cookie)).toEqual(OK);
      rig.clock.advance(60 * MINUTE_MS);
      expect(await rig.verdicts(own.cookie)).toEqual(OVER);
    });

    it('also while a page holds a stream open, which a browser opens again by itself', async () => {
      const own = await rig.signedIn();
      rig.clock.advance(11 * 60 * MINUTE_MS);
      const stream = { 'Sec-Fetch-Site': 'same-origin', Accept: 'text/event-stream' };
      expect((await own.get('/api/auth/session', stream)).status).toBe(200);
      rig.clock.advance(61 * MINUTE_MS);
      expect(await rig.verdicts(own.cookie)).toEqual(OVER);
    });

    it('and is forgotten when somebody signs in', async () => {
      await rig.signedIn();
      rig.clock.advance(13 * 60 * MINUTE_MS);
      await rig.signedIn();
      expect(await rig.rows('count(*)::int AS n')).toEqual([{ n: 1 }]);
    });
  });

  describe('is written down as used', () => {
    it('at most every five minutes', async () => {
      const own = await rig.signedIn();
      const [begun] = await rig.rows('last_seen_at');
      for (let minutes = 1; minutes < 5; minutes += 1) {
        rig.clock.advance(MINUTE_MS);
        await own.get('/api/auth/session');
      }
      expect(await rig.rows('last_seen_at')).toEqual([begun]);
      rig.clock.advance(MINUTE_MS);
      await own.get('/api/auth/session');
      await rig.writtenDown();
    });
  });

  describe('asks PostgreSQL nothing', () => {
    it('while memory knows it, or knows that it is over', async () => {
      const own = await rig.signedIn();
      const stale = rig.browser(0, `tallygate_8000=${'x'.repeat(43)}`);
      const asked = jest.spyOn(rig.apps[0]!.get(SessionsRepository), 'findByHash');
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
      const [own, other] = [await rig.signedIn(), await rig.signedIn(1)];
      const { body } = await own.get('/api/auth/sessions');
      const { sessions } = body as { sessions: { id: string; is_current: boolean; auth_method: string }[] };
      expect(sessions.map(({ is_current, auth_method }) => ({ is_current, auth_method }))).toContainEqual({
        is_current: true,
        auth_method: 'password',
      });
      expect(sessions.filter(({ is_current }) => is_current)).toHaveLength(1);
      expect(sessions).toHaveLength(2);
      expect((await own.send('delete', `/api/auth/sessions/${randomUUID()}`)).status).toBe(404);
      await rig.newUser();
      const stranger = await rig.signedIn();
      expect((await stranger.send('delete', `/api/auth/sessions/${sessions[0]!.id}`)).status).toBe(404);
      expect(await rig.verdicts(other.cookie)).toEqual(OK);
    });

    it('change their password, and go on in a session of its own while all others end', async () => {
      const [own, other] = [await rig.signedIn(), await rig.signedIn()];
      const before = own.cookie;
      const change = { current_password: PASSWORD, new_password: 'battery staple' };
      expect((await own.send('put', '/api/auth/password', change)).status).toBe(200);
      expect(own.cookie).not.toBe(before);
      await eventually(async () => expect(await rig.verdicts(before)).toEqual(OVER));
      expect([await rig.verdicts(other.cookie), await rig.verdicts(own.cookie)]).toEqual([OVER, OK]);
    });

    it('look at pages without taking from what their programs may ask', async () => {
      const own = await rig.signedIn();
      for (let reads = 0; reads < 15; reads += 1) expect((await own.get('/api/auth/sessions')).status).toBe(200);
      const { headers } = await own.get('/api/auth/sessions');
      expect([headers['x-ratelimit-limit'], headers['x-ratelimit-remaining']]).toEqual(['200', '184']);
    });

    it('only be the admin with a password that they have confirmed', async () => {
      await rig.apps[0]!.get(UserChanges).edit(GATEWAY, rig.user.id, { role: 'admin' });
      const own = await rig.signedIn();
      const powerful = () => own.send('patch', `/api/admin/users/${rig.user.id}`, { role: 'admin' });
      const harmless = () => own.send('patch', `/api/admin/users/${rig.user.id}`, { display_name: 'Anna' });
      const codes = [403, 'CONFIRMATION_REQUIRED'];
      const answer = ({ status, body }: Awaited<ReturnType<typeof powerful>>) => [
        status,
        (body as { error_code: string }).error_code,
      ];
      expect([answer(await powerful()), answer(await own.post(`/api/admin/users/${rig.user.id}/password-link`))]).toEqual([
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
      expect(body).toEqual({ confirmed_until: new Date(rig.clock.now() + 15 * MINUTE_MS).toISOString() });
      expect((await powerful()).status).toBe(200);
      await eventually(async () => {
        const { body: shown } = await rig.browser(1, own.cookie).get('/api/auth/session');
        expect(shown).toMatchObject(body as object);
      });
      rig.clock.advance(15 * MINUTE_MS);
      expect(answer(await powerful())).toEqual(codes);
    });
  });

  it('cannot be used to guess its user’s password', async () => {
    const own = await rig.signedIn();
    const guess = async () => (await own.post('/api/auth/session/confirm', { password: 'wrong password' })).status;
    const statuses: number[] = [];
    for (let guesses = 0; guesses < 6; guesses += 1) statuses.push(await guess());
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await rig.browser().signIn(rig.user.email, PASSWORD)).status).toBe(429);
  });
});

describe('A session that one replica has not heard of for long', () => {
  let rig: SessionRig;
  beforeAll(async () => void (rig = await SessionRig.start({ portal: { session_idle_minutes: 1 } })));
  afterAll(() => rig.stop());

  it('goes on there while it is used on another one', async () => {
    await rig.newUser();
    const here = await rig.signedIn();
    await rig.known(here.cookie);
    for (let rounds = 0; rounds < 3; rounds += 1) {
      rig.clock.advance(0.7 * MINUTE_MS);
      expect((await rig.browser(1, here.cookie).get('/api/auth/session')).status).toBe(200);
      await rig.writtenDown();
    }
    await rig.fresh();
    expect(await rig.verdicts(here.cookie)).toEqual(OK);
  });
});
