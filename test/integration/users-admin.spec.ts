import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { randomBytes } from 'node:crypto';
import request from 'supertest';
import { AuthModule } from '../../src/auth/auth.module.js';
import { PasswordHasher } from '../../src/auth/password/password-hasher.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import type { User } from '../../src/auth/users/user.entity.js';
import { eventually } from '../support/eventually.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

const PASSWORD = 'correct horse';
const NEW = 'battery staple';
const NOBODY = '00000000-0000-4000-8000-000000000000';
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

let database: TestDatabase;
let apps: NestExpressApplication[];
let adminEmail: string;
let admin: string;
let user: User;

beforeAll(async () => {
  database = await createTestDatabase();
  const config = () =>
    testConfig({ database_url: database.url, auth: { admin_password: PASSWORD }, limits: { user_per_hour: 10_000 } });
  apps = [await startRestApp(config(), [AuthModule]), await startRestApp(config(), [AuthModule])];
  adminEmail = (await apps[0]!.get(UsersService).findFirstAdmin())!.email;
  admin = await login(adminEmail);
}, 60_000);
afterAll(async () => {
  for (const app of apps) await app.close();
  await database.drop();
});
beforeEach(async () => {
  const email = `${randomBytes(6).toString('hex')}@example.com`;
  user = await apps[0]!.get(UsersService).create({ email, password: PASSWORD });
});

const config = (limits: object = {}) =>
  testConfig({ database_url: database.url, auth: { admin_password: PASSWORD }, limits: { user_per_hour: 10_000, ...limits } });
const send = (token: string, method: Method, path: string, body?: object, replica = 0) =>
  request(apps[replica]!.getHttpServer())[method](path).set('Authorization', `Bearer ${token}`).send(body);
const tryLogin = (login: string, password = PASSWORD) =>
  request(apps[0]!.getHttpServer()).post('/api/auth/login').send({ email: login, password });
async function login(name: string, password = PASSWORD): Promise<string> {
  return ((await tryLogin(name, password).expect(200)).body as { access_token: string }).access_token;
}
/** Whether each replica takes the token. */
const accepted = (token: string) =>
  Promise.all([0, 1].map(async (replica) => (await send(token, 'get', '/api/auth/me', undefined, replica)).status === 200));
const log = async (query: string) => {
  const { body } = await send(admin, 'get', `/api/admin/audit?${query}`).expect(200);
  return (body as { entries: { action: string; actor_email: string | null; details: object; id: number }[] }).entries;
};
const actionsOn = async (id: string) => (await log(`subject_id=${id}`)).map(({ action }) => action);

describe('A user', () => {
  it('changes their password: other logins end, this one goes on with a new token', async () => {
    const [here, elsewhere] = [await login(user.email), await login(user.email)];
    const change = { current_password: PASSWORD, new_password: NEW };
    const { body } = await send(here, 'put', '/api/auth/password', change).expect(200);
    const { access_token: next } = body as { access_token: string };
    expect([await accepted(here), await accepted(elsewhere), await accepted(next)]).toEqual([
      [false, false],
      [false, false],
      [true, true],
    ]);
    await tryLogin(user.email).expect(401);
    await tryLogin(user.email, NEW).expect(200);
    expect(await actionsOn(user.id)).toContain('user.password_changed');
  });

  it.each([
    ['without the current one', { current_password: 'wrong', new_password: NEW }, 401, /current password is wrong/],
    ['to the one they have', { current_password: PASSWORD, new_password: PASSWORD }, 400, /another one/],
    ['to a short one', { current_password: PASSWORD, new_password: 'short' }, 422, /new_password/],
    ['to nothing', { current_password: PASSWORD, new_password: null }, 422, /new_password/],
  ])('changes no password %s', async (_, body, status, words) => {
    const token = await login(user.email);
    const answer = await send(token, 'put', '/api/auth/password', body).expect(status);
    expect(JSON.stringify(answer.body)).toMatch(words);
    expect(await accepted(token)).toEqual([true, true]);
  });

  it('who has somebody else’s token cannot guess the password with it for long', async () => {
    const strict = await startRestApp(config({ failures_per_address: 5 }), [AuthModule]);
    const token = await login(user.email);
    const statuses = [];
    for (let n = 0; n < 6; n += 1) {
      const guess = { current_password: `guess ${n}`, new_password: NEW };
      const path = '/api/auth/password';
      statuses.push((await request(strict.getHttpServer()).put(path).auth(token, { type: 'bearer' }).send(guess)).status);
    }
    apps.push(strict); // closed with the others, since passport knows one strategy for the whole process: the last one made
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('logs out: this token ends on every replica, in whatever way its signature is spelled, and no other', async () => {
    const [here, elsewhere] = [await login(user.email), await login(user.email)];
    await send(here, 'post', '/api/auth/logout').expect(204);
    expect([await accepted(here), await accepted(elsewhere)]).toEqual([
      [false, false],
      [true, true],
    ]);
    // The last character of a signature has two bits to spare.
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
      expect(await accepted(`${here.slice(0, -1)}${last}`)).toEqual([false, false]);
    await send(here, 'post', '/api/auth/logout').expect(401);
    expect(await actionsOn(user.id)).toContain('login.ended');
  });
});

describe('An admin', () => {
  const path = (id = user.id) => `/api/admin/users/${id}`;

  it('sets a user’s password', async () => {
    const token = await login(user.email);
    await send(admin, 'put', `${path()}/password`, { password: NEW }).expect(204);
    expect(await accepted(token)).toEqual([false, false]);
    await login(user.email, NEW);
    const [set] = await log(`subject_id=${user.id}&action=user.password_changed`);
    expect(set).toMatchObject({ actor_email: adminEmail, details: {} });
  });

  it('deactivates and reactivates a user, whose old logins stay ended', async () => {
    const token = await login(user.email);
    expect((await send(admin, 'patch', path(), { is_active: false }).expect(200)).body).toMatchObject({ is_active: false });
    expect(await accepted(token)).toEqual([false, false]);
    for (const answer of [await tryLogin(user.email), await send(token, 'get', '/api/auth/me')])
      expect(answer).toMatchObject({ status: 401, body: { detail: expect.stringContaining('account is switched off') } });
    expect((await tryLogin(user.email, 'wrong').expect(401)).body).toMatchObject({ detail: 'Invalid credentials' });
    await send(admin, 'patch', path(), { is_active: true }).expect(200);
    expect(await accepted(token)).toEqual([false, false]);
    await login(user.email);
    expect(await actionsOn(user.id)).toEqual(expect.arrayContaining(['user.activated', 'user.deactivated']));
  });

  it('promotes and demotes a user; what changes nothing is not written down', async () => {
    await send(admin, 'patch', path(), { role: 'admin', display_name: '  Anna ' }).expect(200);
    expect((await send(admin, 'patch', path(), { role: 'admin' }).expect(200)).body).toMatchObject({
      role: 'admin',
      display_name: 'Anna',
    });
    await send(admin, 'patch', path(), { role: 'user' }).expect(200);
    expect((await log(`subject_id=${user.id}&action=user.role_changed`)).map(({ details }) => details)).toEqual([
      { before: 'admin', after: 'user' },
      { before: 'user', after: 'admin' },
    ]);
  });

  it('finds a user by exactly their name or e-mail', async () => {
    await apps[0]!.get(UsersService).create({ email: `x${user.email}`, password: PASSWORD });
    for (const named of [user.email.toUpperCase(), user.username]) {
      const { body } = await send(admin, 'get', `/api/admin/users?login=${named}`).expect(200);
      expect(body).toMatchObject({ total: 1, users: [{ id: user.id }] });
    }
  });

  it('sets a password that a change in flight, by whoever knows the old one, does not undo', async () => {
    const token = await login(user.email);
    const passwords = apps[0]!.get(PasswordHasher);
    const hash = passwords.hash.bind(passwords);
    const slow = jest.spyOn(passwords, 'hash').mockImplementationOnce(async (password) => {
      await send(admin, 'put', `${path()}/password`, { password: NEW }, 1).expect(204);
      return hash(password);
    });
    const change = { current_password: PASSWORD, new_password: 'of somebody else' };
    expect((await send(token, 'put', '/api/auth/password', change)).status).toBe(401);
    slow.mockRestore();
    await tryLogin(user.email, 'of somebody else').expect(401);
    await login(user.email, NEW);
  });

  it('deletes a user, though somebody took names like those that deleted users had once', async () => {
    await apps[0]!
      .get(UsersService)
      .create({ username: `deleted-${user.id}`, email: `${user.id}@deleted.invalid`, password: PASSWORD });
    await send(admin, 'delete', path()).expect(204);
    const lines = await log(`subject_id=${user.id}`);
    expect(JSON.stringify(lines)).not.toContain(user.email);
    expect(await log(`actor_id=${user.id}`)).toEqual([expect.objectContaining({ actor_email: `deleted user ${user.id}` })]);
  });

  it('deletes a user: nobody comes in any more, and the e-mail is free again', async () => {
    const token = await login(user.email);
    await send(admin, 'delete', path()).expect(204);
    expect(await accepted(token)).toEqual([false, false]);
    await tryLogin(user.email).expect(401);
    for (const method of ['get', 'patch', 'delete'] as const) await send(admin, method, path(), {}).expect(404);
    await send(admin, 'put', `${path()}/password`, { password: NEW }).expect(404);
    const found = await send(admin, 'get', `/api/admin/users?search=${user.email}`).expect(200);
    expect((found.body as { total: number }).total).toBe(0);
    expect((await apps[0]!.get(UsersService).create({ email: user.email, password: PASSWORD })).id).not.toBe(user.id);
  });

  it('is never the last one to go, also when two go at once', async () => {
    const me = (await apps[0]!.get(UsersService).findFirstAdmin())!;
    for (const body of [{ role: 'user' }, { is_active: false }])
      expect((await send(admin, 'patch', path(me.id), body).expect(409)).body).toMatchObject({ error_code: 'CONFLICT' });
    await send(admin, 'delete', path(me.id)).expect(409);
    await send(admin, 'patch', path(), { role: 'admin' }).expect(200);
    const other = await login(user.email);
    const [first, second] = await Promise.all([
      send(other, 'patch', path(me.id), { is_active: false }, 0),
      send(admin, 'patch', path(user.id), { is_active: false }, 1),
    ]);
    expect([first.status, second.status].sort()).toContain(200);
    const [admins] = await database.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int FROM mcp.users WHERE role = 'admin' AND is_active`,
    );
    expect(admins!.count).toBe(1);
    await database.dataSource.query(`UPDATE mcp.users SET is_active = true WHERE id = $1`, [me.id]);
    admin = await login(adminEmail);
    await send(admin, 'delete', path()).expect(204);
  });

  it.each([
    ['a user who is not there', NOBODY, { is_active: true }, 404],
    ['an id that is none', 'me', { is_active: true }, 422],
    ['an unknown role', undefined, { role: 'root' }, 422],
    ['an activity that is none', undefined, { is_active: 'perhaps' }, 422],
    ['a field that is none', undefined, { email: 'other@example.com' }, 422],
  ])('is told of %s', async (_, id, body, status) => {
    await send(admin, 'patch', path(id ?? user.id), body).expect(status);
  });

  it('finds users by part of a name, by role and activity', async () => {
    await send(admin, 'patch', path(), { is_active: false }).expect(200);
    const part = user.email.slice(2, 10).toUpperCase();
    const found = async (query: string) =>
      ((await send(admin, 'get', `/api/admin/users?${query}`).expect(200)).body as { users: { id: string }[] }).users.map(
        ({ id }) => id,
      );
    expect(await found(`search=${part}`)).toEqual([user.id]);
    expect(await found(`search=${part}&is_active=false&role=user`)).toEqual([user.id]);
    expect(await found(`search=${part}&is_active=true`)).toEqual([]);
    expect(await found(`search=${part}&role=admin`)).toEqual([]);
    expect(await found('search=%25')).toEqual([]);
  });
});

describe('The audit log', () => {
  it('is for admins alone, as are the users', async () => {
    const token = await login(user.email);
    for (const path of ['/api/admin/audit', '/api/admin/users', `/api/admin/users/${user.id}`])
      await send(token, 'get', path).expect(403);
    await send(token, 'patch', `/api/admin/users/${user.id}`, { role: 'admin' }).expect(403);
    await send(token, 'delete', `/api/admin/users/${user.id}`).expect(403);
  });

  it('tells logins, also those that failed, and never what was typed', async () => {
    await login(user.email);
    await tryLogin(user.email, 'hunter2-hunter2').expect(401);
    await eventually(async () => expect(await actionsOn(user.id)).toEqual(['login.failed', 'login.succeeded', 'user.created']));
    const rows = await database.dataSource.query<object[]>('SELECT * FROM mcp.audit_log');
    expect(JSON.stringify(rows)).not.toMatch(/hunter2|correct horse|battery staple|argon2/);
  });

  it('tells which request made a change, and where it came from', async () => {
    await send(admin, 'patch', `/api/admin/users/${user.id}`, { is_active: false }).set('X-Request-Id', 'off-1').expect(200);
    expect(await log(`subject_id=${user.id}&action=user.deactivated`)).toMatchObject([
      { request_id: 'off-1', address: '127.0.0.1' },
    ]);
  });

  it('is filtered by actor, kind, subject and time, the newest first', async () => {
    await send(admin, 'patch', `/api/admin/users/${user.id}`, { is_active: false }).expect(200);
    const entries = await log(`subject_type=user&subject_id=${user.id}&from=2020-01-01T00:00:00Z`);
    expect(entries.map(({ action }) => action)).toEqual(['user.deactivated', 'user.created']);
    expect(await log(`subject_id=${user.id}&to=2020-01-01T00:00:00Z`)).toEqual([]);
    const all = (await log('page_size=100')).map(({ id }) => id);
    expect(all).toEqual([...all].sort((a, b) => b - a));
    await send(admin, 'get', '/api/admin/audit?action=nonsense').expect(422);
    await send(admin, 'get', '/api/admin/audit?from=yesterday').expect(422);
  });
});
