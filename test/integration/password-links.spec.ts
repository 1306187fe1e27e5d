import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { randomBytes } from 'node:crypto';
import request from 'supertest';
import { AuthModule } from '../../src/auth/auth.module.js';
import type { User } from '../../src/auth/users/user.entity.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { Clock } from '../../src/common/clock.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { testConfig } from '../support/gateway/test-config.js';
import { TestClock } from '../support/test-clock.js';

const [OLD, NEW, OTHER] = ['correct horse', 'battery staple', 'fresh paint'];
const DAY_MS = 86_400_000;
const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('A password link', () => {
  const clock = new TestClock();
  let database: TestDatabase;
  let app: NestExpressApplication;
  let admin: string;
  let user: User;

  beforeAll(async () => {
    database = await createTestDatabase();
    const config = testConfig({ database_url: database.url, auth: { admin_password: OLD } });
    app = await startRestApp(config, [AuthModule], [{ provide: Clock, value: clock }]);
    admin = await login((await app.get(UsersService).findFirstAdmin())!.email, OLD);
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    const email = `${randomBytes(6).toString('hex')}@example.com`;
    user = await app.get(UsersService).create({ email, password: OLD });
  });

  const http = () => request(app.getHttpServer());
  const tryLogin = (email: string, password: string) => http().post('/api/auth/login').send({ email, password });
  async function login(email: string, password: string): Promise<string> {
    return ((await tryLogin(email, password).expect(200)).body as { access_token: string }).access_token;
  }
  const ask = (token: string, id = user.id) =>
    http().post(`/api/admin/users/${id}/password-link`).set('Authorization', `Bearer ${token}`);
  const link = async () => ((await ask(admin).expect(200)).body as { link: string }).link;
  const use = (url: string, new_password = NEW) =>
    http()
      .post('/api/auth/password-link')
      .send({ token: url.split('#')[1], new_password });

  it('is made by an admin, on the address the gateway was asked at, and nobody else', async () => {
    const { body, headers } = await ask(admin).set('Host', 'gateway.example.com:8000').expect(200);
    expect(body).toEqual({
      link: expect.stringMatching(/^http:\/\/gateway\.example\.com:8000\/password#[\w-]{43}$/),
      expires_at: new Date(clock.now() + DAY_MS).toISOString(),
    });
    expect(headers['cache-control']).toBe('no-store');
    await ask(admin, NOBODY).expect(404);
    await ask(await login(user.email, OLD)).expect(403);
    const rows = JSON.stringify(await database.dataSource.query('SELECT * FROM mcp.password_links JOIN mcp.audit_log ON true'));
    expect(rows).not.toContain((body as { link: string }).link.split('#')[1]);
  });

  it('sets the password once, and ends the logins of before', async () => {
    const before = await login(user.email, OLD);
    const url = await link();
    await use(url).expect(204);
    await http().get('/api/auth/me').set('Authorization', `Bearer ${before}`).expect(401);
    await tryLogin(user.email, OLD).expect(401);
    await login(user.email, NEW);
    const { body } = await use(url, OTHER).expect(400);
    expect((body as { detail: string }).detail).toMatch(/^This link was used already/);
    await login(user.email, NEW);
  });

  it('is used by one of two who have it at the same time', async () => {
    const url = await link();
    const statuses = (await Promise.all([use(url, NEW), use(url, OTHER)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([204, 400]);
  });

  it('ends after a day, with the next one, and with a password set in another way', async () => {
    const [first, second] = [await link(), await link()];
    await use(first).expect(400);
    clock.advance(DAY_MS);
    await use(second).expect(400);
    admin = await login((await app.get(UsersService).findFirstAdmin())!.email, OLD);
    const third = await link();
    await http().put(`/api/admin/users/${user.id}/password`).set('Authorization', `Bearer ${admin}`).send({ password: OTHER });
    await use(third).expect(400);
    await login(user.email, OTHER);
  });

  it('ends when its user is switched off, also when they are switched on again', async () => {
    const url = await link();
    for (const is_active of [false, true]) {
      const edit = http().patch(`/api/admin/users/${user.id}`).set('Authorization', `Bearer ${admin}`);
      await edit.send({ is_active }).expect(200);
      await use(url).expect(400);
    }
  });

  it('lets nobody in who is deleted, and asks for a good password', async () => {
    const url = await link();
    await use(url, 'short').expect(422);
    await use('nothing#short').expect(422);
    await use(`nothing#${'x'.repeat(43)}`).expect(400);
    await http().delete(`/api/admin/users/${user.id}`).set('Authorization', `Bearer ${admin}`).expect(204);
    await use(url).expect(400);
  });

  describe('of somebody who is invited', () => {
    const as = (path: string) => http().post(`/api/admin/users/${path}`).set('Authorization', `Bearer ${admin}`);
    const emailOf = () => `${randomBytes(6).toString('hex')}@example.com`;
    const invite = async (more: object = {}) => {
      const { body } = await as('invite')
        .send({ email: emailOf(), ...more })
        .expect(201);
      return body as { link: string; is_mailed: boolean | null; user: { id: string; email: string; invited_at: string | null } };
    };
    const seen = async (id: string) =>
      (await http().get(`/api/admin/users/${id}`).set('Authorization', `Bearer ${admin}`).expect(200)).body as {
        invited_at: unknown;
      };
    const owner = (url: string) =>
      http()
        .post('/api/auth/password-link/owner')
        .send({ token: url.split('#')[1] });

    it('lets them in with a password that they choose, and not before', async () => {
      const { link: url, user: invited, is_mailed } = await invite({ display_name: 'Ada', role: 'admin' });
      expect([is_mailed, invited.invited_at]).toEqual([null, expect.any(String)]);
      for (const password of ['', '!', NEW]) expect((await tryLogin(invited.email, password)).status).toBe(401);
      expect((await owner(url).expect(200)).body).toEqual({ email: invited.email, display_name: 'Ada', is_invited: true });
      await use(url).expect(204);
      await tryLogin(invited.email, NEW).expect(200);
      expect(await seen(invited.id)).toMatchObject({ invited_at: null, role: 'admin', display_name: 'Ada' });
      await owner(url).expect(400);
      await use(url, OTHER).expect(400);
      await as(`${invited.id}/invite`).expect(409);
    });

    it('ends with the next one, after a day, when they are switched off, and when they are deleted', async () => {
      const { link: first, user: invited } = await invite();
      const { link: second } = (await as(`${invited.id}/invite`).expect(200)).body as { link: string };
      await use(first).expect(400);
      await http()
        .patch(`/api/admin/users/${invited.id}`)
        .set('Authorization', `Bearer ${admin}`)
        .send({ is_active: false })
        .expect(200);
      await use(second).expect(400);
      await as(`${invited.id}/invite`).expect(409);
      const deleted = await invite();
      await http().delete(`/api/admin/users/${deleted.user.id}`).set('Authorization', `Bearer ${admin}`).expect(204);
      await use(deleted.link).expect(400);
      const late = await invite();
      clock.advance(DAY_MS);
      admin = await login((await app.get(UsersService).findFirstAdmin())!.email, OLD);
      await use(late.link).expect(400);
      expect(await seen(late.user.id)).toMatchObject({ invited_at: expect.any(String) });
    });

    it('is not made where there is a user with the e-mail, of two at once for one, and by nobody but admins', async () => {
      await as('invite').send({ email: user.email.toUpperCase() }).expect(409);
      const email = emailOf();
      const answers = await Promise.all([1, 2, 3].map(() => as('invite').send({ email })));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      const token = await login(user.email, OLD);
      for (const path of ['invite', `${user.id}/invite`])
        await http()
          .post(`/api/admin/users/${path}`)
          .set('Authorization', `Bearer ${token}`)
          .send({ email: emailOf() })
          .expect(403);
      await as(`${user.id}/invite`).expect(409);
      await as(`${NOBODY}/invite`).expect(404);
    });

    it('is in the audit log, without what names them', async () => {
      const { user: invited, link: url } = await invite();
      await as(`${invited.id}/invite`).expect(200);
      const { body, text } = await http()
        .get(`/api/admin/audit?subject_id=${invited.id}`)
        .set('Authorization', `Bearer ${admin}`)
        .expect(200);
      const actions = (body as { entries: { action: string }[] }).entries.map(({ action }) => action);
      expect(actions).toEqual(['user.invited', 'user.invited', 'user.created']);
      expect(text).not.toContain(url.split('#')[1]);
      expect(text).not.toContain(invited.email);
    });

    it('who is an admin and has not come, is no other admin', async () => {
      await database.dataSource.query(`UPDATE mcp.users SET role = 'user' WHERE role = 'admin' AND id <> $1`, [
        (await app.get(UsersService).findFirstAdmin())!.id,
      ]);
      await invite({ role: 'admin' });
      const me = (await app.get(UsersService).findByLogin('admin@localhost'))!;
      await http().patch(`/api/admin/users/${me.id}`).set('Authorization', `Bearer ${admin}`).send({ role: 'user' }).expect(409);
    });
  });

  it('opens a page of the portal; where there is none, one that says nothing to strangers and loads nothing from elsewhere', async () => {
    const portal = await http().get('/password').expect(302);
    expect(portal.headers).toMatchObject({ location: 'ui/password', 'referrer-policy': 'no-referrer' });
    const config = testConfig({ database_url: database.url, portal: { enabled: false } });
    const without = await startRestApp(config, [AuthModule]);
    const { text, headers } = await request(without.getHttpServer()).get('/password').expect(200);
    await without.close();
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'referrer-policy': 'no-referrer' });
    expect(text).toContain('<script src="password.js"></script>');
    expect(text).not.toMatch(/https?:/);
    expect((await http().get('/password.js').expect(200)).headers['content-type']).toBe('text/javascript; charset=utf-8');
  });
});
