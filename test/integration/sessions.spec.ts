import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { GATEWAY } from '../../src/auth/audit/audit-entry.js';
import { SESSIONS_MAX, SessionsService } from '../../src/auth/sessions/sessions.service.js';
import { PasswordLinks } from '../../src/auth/password/password-links.service.js';
import { UserChanges } from '../../src/auth/users/user-changes.service.js';
import { UserDeletion } from '../../src/auth/users/user-deletion.service.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import type { Browser } from '../support/gateway/browser.js';
import { OK, OVER, PASSWORD, SessionRig } from '../support/gateway/session-rig.js';
import { eventually } from '../support/eventually.js';

const DAY_MS = 86_400_000;

describe('A session of the portal', () => {
  let rig: SessionRig;
  beforeAll(async () => void (rig = await SessionRig.start({ auth: { trust_external_tokens: true } })));
  afterAll(() => rig.stop());
  beforeEach(() => rig.newUser());

  describe('begins', () => {
    it('with e-mail and password, says who it is of and how long it lasts, and is admitted on every replica', async () => {
      const made = rig.browser();
      const { body, headers } = await made.signIn(rig.user.email, PASSWORD);
      expect(body).toMatchObject({
        user: { email: rig.user.email },
        scopes: ['gateway:read', 'tools:call'],
        idle_seconds: 43_200,
      });
      expect(body).toMatchObject({ expires_at: new Date(rig.clock.now() + 7 * DAY_MS).toISOString(), confirmed_until: null });
      expect(headers['set-cookie']![0]).toMatch(/^tallygate_8000=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
      expect(await rig.verdicts(made.cookie)).toEqual(OK);
    });

    it('with a hash of its secret, and nothing else of it, in the database', async () => {
      const secret = (await rig.signedIn()).cookie!.split('=')[1]!;
      const [row] = await rig.rows('*');
      expect((row!['token_hash'] as Buffer).length).toBe(32);
      expect(JSON.stringify(row)).not.toContain(secret);
      expect(JSON.stringify(row)).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
    });

    it('with the refusal of a login where the password is wrong, or its user is switched off', async () => {
      expect((await rig.browser().signIn(rig.user.email, 'wrong password')).body).toMatchObject({
        detail: 'Invalid credentials',
      });
      await rig.database.dataSource.query('UPDATE mcp.users SET is_active = false WHERE id = $1', [rig.user.id]);
      const { status, body } = await rig.browser().signIn(rig.user.email, PASSWORD);
      expect([status, (body as { detail: string }).detail]).toEqual([401, expect.stringContaining('switched off')]);
    });

    it('with a token of the operator’s backend, once, as what that says', async () => {
      const jwt = new JwtService({ secret: 'test-secret-'.repeat(4) });
      const token = jwt.sign({ email: 'admin@localhost', role: 'user', exp: 4_000_000_000 });
      const made = rig.browser();
      expect((await made.post('/api/auth/session', { token })).body).toMatchObject({ scopes: ['gateway:read', 'tools:call'] });
      expect((await made.get('/api/auth/session')).body).toMatchObject({ scopes: ['gateway:read', 'tools:call'] });
      expect((await made.get('/api/admin/users')).status).toBe(403);
      for (const wrong of [
        `${token}x`,
        'x',
        jwt.sign({ email: 'a@b.c' }),
        jwt.sign({ sub: rig.user.id, ver: 0, exp: 4_000_000_000 }),
      ])
        expect((await rig.browser().post('/api/auth/session', { token: wrong })).status).toBe(401);
    });

    it('not for who changed their password while it was checked', async () => {
      const known = (await rig.apps[0]!.get(UsersService).findById(rig.user.id))!;
      await rig.apps[0]!.get(UserChanges).setPassword(GATEWAY, rig.user.id, 'battery staple');
      const begin = Reflect.get(rig.apps[0]!.get(SessionsService), 'begin') as (...given: unknown[]) => Promise<unknown>;
      const beginning = begin.call(
        rig.apps[0]!.get(SessionsService),
        known,
        { role: 'user', authMethod: 'password' },
        { from: {} },
      );
      await expect(beginning).rejects.toThrow('Invalid credentials');
      expect(await rig.rows('id')).toEqual([]);
    });

    it(`and ends the oldest of ${SESSIONS_MAX}`, async () => {
      const first = await rig.signedIn();
      await rig.database.dataSource.query(
        `INSERT INTO mcp.sessions (token_hash, user_id, role, auth_method, created_at, last_seen_at, expires_at)
         SELECT sha256(($1 || n)::bytea), $1::uuid, 'user', 'password', at + n * interval '1 ms', at, at + interval '1 day'
         FROM generate_series(1, $3::int) AS n, (SELECT $2::timestamptz) AS now (at)`,
        [rig.user.id, new Date(rig.clock.now()), SESSIONS_MAX - 1],
      );
      expect(await rig.verdicts(first.cookie)).toEqual(OK);
      rig.clock.advance(1_000);
      await rig.signedIn();
      expect(await rig.rows('count(*)::int AS n')).toEqual([{ n: SESSIONS_MAX }]);
      await eventually(async () => expect(await rig.verdicts(first.cookie)).toEqual(OVER));
    });
  });

  describe('ends on every replica', () => {
    it.each<[string, (own: Browser, id: string) => Promise<unknown>]>([
      ['when its user signs out', (own) => own.send('delete', '/api/auth/session')],
      ['when its user logs out as programs do', (own) => own.post('/api/auth/logout')],
      [
        'when its user ends it in another one',
        async (_, id) => (await rig.signedIn(1)).send('delete', `/api/auth/sessions/${id}`),
      ],
      ['with the password', () => rig.apps[1]!.get(UserChanges).setPassword(GATEWAY, rig.user.id, 'battery staple')],
      ['with the logins that an admin ends', () => rig.apps[1]!.get(UserChanges).endLogins(GATEWAY, rig.user.id)],
      ['with the password that a link sets', async () => useLinkOn(1)],
      ['with the role', () => rig.apps[1]!.get(UserChanges).edit(GATEWAY, rig.user.id, { role: 'admin' })],
      ['with the activity', () => rig.apps[1]!.get(UserChanges).edit(GATEWAY, rig.user.id, { isActive: false })],
      ['with its user', () => rig.apps[1]!.get(UserDeletion).delete(GATEWAY, rig.user.id)],
      [
        'with a password that an operator typed',
        () => rig.database.dataSource.query(`UPDATE mcp.users SET password_hash = '!' WHERE id = $1`, [rig.user.id]),
      ],
    ])('%s', async (_, end) => {
      const own = await rig.signedIn();
      const { cookie } = own;
      expect(await rig.verdicts(cookie)).toEqual(OK);
      await end(own, (await rig.rows('id'))[0]!['id'] as string);
      await eventually(async () => expect(await rig.verdicts(cookie)).toEqual(OVER));
    });

    async function useLinkOn(replica: number): Promise<void> {
      const links = rig.apps[replica]!.get(PasswordLinks);
      await links.use((await links.make(GATEWAY, rig.user.id)).token, 'battery staple');
    }
  });
});
