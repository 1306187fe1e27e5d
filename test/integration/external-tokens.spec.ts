import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { JwtService } from '@nestjs/jwt';
import { randomBytes } from 'node:crypto';
import request from 'supertest';
import { AuthModule } from '../../src/auth/auth.module.js';
import { UserDeletion } from '../../src/auth/users/user-deletion.service.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

const ADMIN = { email: 'admin@localhost', password: 'correct horse' };
const SECRET = 'test-secret-'.repeat(4);

describe('A token of the operator’s own backend', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  const jwt = new JwtService();

  beforeAll(async () => {
    database = await createTestDatabase();
    await start(true);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function start(trust_external_tokens: boolean) {
    await app?.close();
    const auth = { admin_password: ADMIN.password, trust_external_tokens };
    app = await startRestApp(testConfig({ database_url: database.url, auth }), [AuthModule]);
  }

  const anEmail = () => `${randomBytes(6).toString('hex')}@example.com`;
  const sign = (claims: object, options: object = {}) => jwt.sign(claims, { secret: SECRET, expiresIn: 900, ...options });
  const me = (token: string) => request(app.getHttpServer()).get('/api/auth/me').set('Authorization', `Bearer ${token}`);
  const asAdmin = (token: string) =>
    request(app.getHttpServer()).post('/auth/users').set('Authorization', `Bearer ${token}`).send({});
  const users = (email: string) =>
    database.dataSource.query<{ role: string; password_hash: string }[]>('SELECT * FROM mcp.users WHERE email = $1', [email]);
  const refused = async (token: string, detail: string) => {
    const { status, body } = await me(token);
    expect({ status, body }).toMatchObject({ status: 401, body: { detail, error_code: 'UNAUTHORIZED' } });
  };

  async function ownTokenWorks() {
    const login = await request(app.getHttpServer()).post('/api/auth/login').send(ADMIN).expect(200);
    const { body } = await me((login.body as { access_token: string }).access_token).expect(200);
    expect(body).toMatchObject({ email: ADMIN.email, role: 'admin' });
  }

  it.each(['email', 'sub'])('makes its user on first sight, named by %s, and finds them again', async (claim) => {
    const email = anEmail();
    const token = sign({ [claim]: email.toUpperCase(), displayName: 'Anna Example' });
    const first = await me(token).expect(200);
    expect(first.body).toMatchObject({
      email,
      username: email.split('@')[0],
      display_name: 'Anna Example',
      role: 'user',
      is_active: true,
    });
    expect((await me(token).expect(200)).body).toEqual(first.body);
    expect(await users(email)).toHaveLength(1);
  });

  it('seen twenty times at once makes one user', async () => {
    const email = anEmail();
    const answers = await Promise.all(Array.from({ length: 20 }, () => me(sign({ email }))));
    expect(new Set(answers.map(({ status, body }) => `${status} ${(body as { id: string }).id}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(200);
    expect(await users(email)).toHaveLength(1);
  });

  it('makes nobody again who was deleted, until an admin does', async () => {
    const email = anEmail();
    const token = sign({ email });
    const { body } = await me(token).expect(200);
    await app.get(UserDeletion).delete({ via: 'gateway' }, (body as { id: string }).id);
    await refused(token, 'This user was deleted. Ask an administrator of the gateway to create them again.');
    await app.get(UsersService).create({ email, password: 'a long enough password' });
    await me(token).expect(200);
    await me(sign({ email: anEmail() })).expect(200);
  });

  it('gets another user name where its own is taken', async () => {
    const { body } = await me(sign({ email: 'admin@elsewhere.example' })).expect(200);
    expect((body as { username: string }).username).toMatch(/^admin-[0-9a-f]{8}$/);
  });

  it('names a user who is there already, who keeps their password', async () => {
    expect((await me(sign({ email: ADMIN.email })).expect(200)).body).toMatchObject({ username: 'admin' });
    await request(app.getHttpServer()).post('/api/auth/login').send(ADMIN).expect(200);
  });

  it('gives no password: its user cannot log in by any', async () => {
    const email = anEmail();
    await me(sign({ email })).expect(200);
    const { password_hash } = (await users(email))[0]!;
    for (const password of ['', 'password', password_hash]) {
      const { status, body } = await request(app.getHttpServer()).post('/api/auth/login').send({ email, password });
      expect({ status, body }).toMatchObject({ status: 401, body: { error_code: 'INVALID_CREDENTIALS' } });
    }
  });

  it('leaves our own tokens as they are', ownTokenWorks);

  describe('is an admin', () => {
    const FORBIDDEN = 403;
    const PAST_THE_GUARD = 422;

    it('when it says so at first sight, for as long as it says so', async () => {
      const email = anEmail();
      await asAdmin(sign({ email, role: 'admin' })).expect(PAST_THE_GUARD);
      await asAdmin(sign({ email, role: 'user' })).expect(FORBIDDEN);
      await asAdmin(sign({ email })).expect(FORBIDDEN);
      expect(await users(email)).toMatchObject([{ role: 'admin' }]);
    });

    it.each(['Admin', 'superuser', ['admin'], { admin: true }, 1])('not when it says %j', (role) =>
      asAdmin(sign({ email: anEmail(), role })).expect(FORBIDDEN),
    );

    it('not when its user is none here, whom it does not raise', async () => {
      const email = anEmail();
      await me(sign({ email })).expect(200);
      await asAdmin(sign({ email, role: 'admin' })).expect(FORBIDDEN);
      expect(await users(email)).toMatchObject([{ role: 'user' }]);
    });
  });

  describe('is refused', () => {
    it('with another secret', () => refused(sign({ email: ADMIN.email }, { secret: 'x'.repeat(40) }), 'Invalid token'));

    it.each(['HS384', 'HS512'])('with %s, even with the right secret', (algorithm) =>
      refused(sign({ email: ADMIN.email }, { algorithm }), 'Invalid token'),
    );

    it('without a signature', async () => {
      const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
      const claims = encode({ email: ADMIN.email, role: 'admin', exp: 4_102_444_800 });
      for (const alg of ['none', 'None', 'HS256']) await refused(`${encode({ alg, typ: 'JWT' })}.${claims}.`, 'Invalid token');
    });

    it('when it has expired', () => refused(sign({ email: anEmail() }, { expiresIn: -1 }), 'Token expired'));

    it('when it would never expire', () =>
      refused(jwt.sign({ email: anEmail() }, { secret: SECRET }), 'Invalid token: missing exp'));

    it.each([{}, { role: 'admin' }, { sub: 'anna' }, { email: 7 }])('when it has no e-mail: %j', (claims) =>
      refused(sign(claims), 'Invalid token: missing email'),
    );

    it('when its user was deactivated', async () => {
      const email = anEmail();
      await me(sign({ email })).expect(200);
      await database.dataSource.query('UPDATE mcp.users SET is_active = false WHERE email = $1', [email]);
      const words = 'This account is switched off. Ask an administrator of the gateway to switch it on again.';
      await refused(sign({ email, role: 'admin' }), words);
    });

    it.each([
      [undefined, 'Missing Authorization header'],
      ['Basic YTpi', 'Invalid Authorization header format'],
    ])('when the header is %s', async (header, detail) => {
      const { body } = await request(app.getHttpServer())
        .get('/api/auth/me')
        .set(header ? { Authorization: header } : {})
        .expect(401);
      expect(body).toMatchObject({ detail });
    });
  });

  describe('without the setting', () => {
    beforeAll(() => start(false));

    it.each(['email', 'sub'])('is refused, and makes nobody: %s', async (claim) => {
      const email = anEmail();
      await refused(sign({ [claim]: email }), 'Invalid token');
      expect(await users(email)).toEqual([]);
    });

    it('is no reason to refuse our own', ownTokenWorks);
  });
});
