import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { JwtService } from '@nestjs/jwt';
import { generateKeyPairSync } from 'node:crypto';
import type { DataSource } from 'typeorm';
import request from 'supertest';
import { AuthModule } from '../../src/auth/auth.module.js';
import { Clock } from '../../src/common/clock.js';
import { FAILURE_WINDOW_MS } from '../../src/limits/failure-limiter.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { TestClock } from '../support/test-clock.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

const ADMIN = { email: 'admin@localhost', password: 'correct horse' };
const SECRET = 'test-secret-'.repeat(4);

describe('Authentication', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  const clock = new TestClock();
  const jwt = new JwtService();

  beforeAll(async () => {
    database = await createTestDatabase();
    const config = testConfig({
      database_url: database.url,
      auth: { admin_password: ADMIN.password },
      limits: { failures_per_address: 5, user_per_hour: 1_000 },
    });
    app = await startRestApp(config, [AuthModule], [{ provide: Clock, value: clock }]);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => clock.advance(FAILURE_WINDOW_MS + 1));

  const http = () => request(app.getHttpServer());
  const login = (email: string, password: string, from = '10.0.0.1') =>
    http().post('/api/auth/login').set('X-Forwarded-For', from).send({ email, password });
  const adminToken = async () => ((await login(ADMIN.email, ADMIN.password)).body as { access_token: string }).access_token;
  const me = (authorization: string) => http().get('/api/auth/me').set('Authorization', authorization);
  const adminId = async () => ((await me(`Bearer ${await adminToken()}`)).body as { id: string }).id;
  const createUser = async (user: object, token?: string) =>
    http()
      .post('/auth/users')
      .set('Authorization', `Bearer ${token ?? (await adminToken())}`)
      .send(user);

  describe('login', () => {
    it('gives a token that says who its bearer is', async () => {
      const { status, body, headers } = await login(ADMIN.email, ADMIN.password);
      expect({ status, body }).toEqual({
        status: 200,
        body: { access_token: expect.any(String), token_type: 'bearer', expires_in: 3_600 },
      });
      expect(headers['cache-control']).toBe('no-store');
      const answer = await me(`Bearer ${(body as { access_token: string }).access_token}`);
      expect(answer.body).toMatchObject({ username: 'admin', email: ADMIN.email, role: 'admin', is_active: true });
      expect(JSON.stringify(answer.body)).not.toMatch(/argon2|hash/i);
    });

    it.each(['admin', 'ADMIN', 'admin@localhost', 'Admin@Localhost'])('takes a form with %s', async (username) => {
      const { status, body } = await http().post('/auth/login').type('form').send({ username, password: ADMIN.password });
      expect({ status, body }).toMatchObject({ status: 200, body: { token_type: 'bearer' } });
    });

    it('takes the other fields of the OAuth 2 password form', async () => {
      const form = { grant_type: 'password', scope: '', client_id: '', client_secret: '' };
      await http()
        .post('/auth/login')
        .type('form')
        .send({ ...form, username: 'admin', password: ADMIN.password })
        .expect(200);
    });

    it('fails in the same words for an unknown user and a wrong password, also of a deactivated user', async () => {
      const gone = { username: 'gone', email: 'gone@example.com', password: 'long enough' };
      await createUser(gone);
      await execute(database.dataSource, `UPDATE mcp.users SET is_active = false WHERE username = 'gone'`);
      const answers = [
        await login('nobody@example.com', 'whatever it is'),
        await login(ADMIN.email, 'wrong password'),
        await login(gone.email, 'wrong password'),
      ];
      for (const { status, body } of answers) {
        expect({ status, body }).toMatchObject({
          status: 401,
          body: { detail: 'Invalid credentials', error_code: 'INVALID_CREDENTIALS' },
        });
      }
    });

    it('refuses an address after its failures and lets it in again when their window is over', async () => {
      for (let tries = 0; tries < 5; tries += 1) await login(`user${tries}@example.com`, 'x', '10.1.0.1').expect(401);
      const refused = await login(ADMIN.email, ADMIN.password, '10.1.0.1').expect(429);
      expect(refused.body).toMatchObject({ error_code: 'RATE_LIMITED' });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
      await login(ADMIN.email, ADMIN.password, '10.1.0.2').expect(200);
      clock.advance(FAILURE_WINDOW_MS + 1);
      await login(ADMIN.email, ADMIN.password, '10.1.0.1').expect(200);
    });

    it('lets many at once try no more often than one after the other', async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => login('crowd@example.com', 'x', '10.3.0.1')));
      expect(all.map(({ status }) => status).filter((status) => status === 401)).toHaveLength(5);
    });

    it('does not let one account be guessed from many addresses, nor its owner be locked out', async () => {
      const home = '10.4.0.1';
      await login(ADMIN.email, ADMIN.password, home).expect(200);
      for (let tries = 0; tries < 10; tries += 1) await login(ADMIN.email, 'guess', `10.4.1.${tries}`).expect(401);
      await login(ADMIN.email, ADMIN.password, '10.4.2.1').expect(429);
      await login(ADMIN.email, ADMIN.password, home).expect(200);
      clock.advance(FAILURE_WINDOW_MS + 1);
      await login(ADMIN.email, ADMIN.password, '10.4.2.1').expect(200);
    });

    it('counts a success as no failure', async () => {
      for (let tries = 0; tries < 12; tries += 1) await login(ADMIN.email, ADMIN.password, '10.5.0.1').expect(200);
    });
  });

  describe('token', () => {
    const unauthorized = async (authorization: string, detail: string | RegExp) => {
      const { status, body, headers } = await me(authorization);
      expect({ status, body }).toMatchObject({ status: 401, body: { error_code: 'UNAUTHORIZED' } });
      const { detail: words } = body as { detail: string };
      expect(words).toMatch(detail);
      const challenge = `Bearer realm="tallygate", error="invalid_token", error_description="${words.replaceAll('"', "'")}"`;
      expect(headers['www-authenticate']).toBe(challenge);
    };

    it('missing is said to be missing', async () => {
      const { body, headers } = await http().get('/api/auth/me').expect(401);
      expect(body).toMatchObject({ detail: 'Missing Authorization header', error_code: 'UNAUTHORIZED' });
      expect(headers['www-authenticate']).toBe('Bearer realm="tallygate", error_description="Missing Authorization header"');
    });

    it.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'token'])('in the form %s is refused as that', (header) =>
      unauthorized(header, 'Invalid Authorization header format'),
    );

    it('with another secret is refused', async () => {
      await unauthorized(`Bearer ${jwt.sign({ sub: await adminId() }, { secret: 'x'.repeat(40) })}`, 'Invalid token');
    });

    it('without a signature is refused', async () => {
      const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
      const unsigned = `${encode({ alg: 'none', typ: 'JWT' })}.${encode({ sub: await adminId(), exp: 4_102_444_800 })}.`;
      await unauthorized(`Bearer ${unsigned}`, 'Invalid token');
    });

    it('with another algorithm is refused, even with the right secret', async () => {
      const subject = { sub: await adminId() };
      await unauthorized(`Bearer ${jwt.sign(subject, { secret: SECRET, algorithm: 'HS512' })}`, 'Invalid token');
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const rsa = jwt.sign(subject, { algorithm: 'RS256', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) });
      await unauthorized(`Bearer ${rsa}`, 'Invalid token');
    });

    it('that expired is said to have expired', async () => {
      await unauthorized(`Bearer ${jwt.sign({ sub: await adminId() }, { secret: SECRET, expiresIn: -1 })}`, 'Token expired');
    });

    it.each([undefined, 'admin@localhost', '00000000-0000-4000-8000-000000000000'])('for the subject %s is refused', (sub) =>
      unauthorized(`Bearer ${jwt.sign({ ...(sub ? { sub } : {}) }, { secret: SECRET, expiresIn: 60 })}`, 'Invalid token'),
    );

    it('that is an API key is told what is wanted instead', async () => {
      await unauthorized(`Bearer sk-${'a'.repeat(50)}`, /login token, not an API key/);
      const { body } = await http()
        .get('/api/auth/me')
        .set('X-API-Key', `sk-${'a'.repeat(50)}`)
        .expect(401);
      expect((body as { detail: string }).detail).toMatch(/login token, not an API key/);
    });

    it('loses its power with its user, and ends with their role: the next one has the new one', async () => {
      await createUser({ username: 'mortal', email: 'mortal@example.com', password: 'long enough' });
      const token = ((await login('mortal', 'long enough')).body as { access_token: string }).access_token;
      await createUser({ username: 'x', email: 'x@example.com', password: 'long enough' }, token).then(({ status, body }) =>
        expect({ status, body }).toMatchObject({
          status: 403,
          body: {
            detail: 'Insufficient permissions for this operation',
            error_code: 'INSUFFICIENT_PERMISSIONS',
            required_permissions: ['admin'],
          },
        }),
      );
      await execute(database.dataSource, `UPDATE mcp.users SET role = 'admin' WHERE username = 'mortal'`);
      await unauthorized(`Bearer ${token}`, 'Invalid token');
      const next = ((await login('mortal', 'long enough')).body as { access_token: string }).access_token;
      expect((await createUser({ username: 'x', email: 'x@example.com', password: 'long enough' }, next)).status).toBe(201);
      await execute(database.dataSource, `UPDATE mcp.users SET is_active = false WHERE username = 'mortal'`);
      await unauthorized(`Bearer ${next}`, 'This account is switched off.');
    });
  });

  describe('rate limit', () => {
    it('is told to a user on every answer and not to an admin', async () => {
      await createUser({ username: 'limited', email: 'limited@example.com', password: 'long enough' });
      const token = ((await login('limited', 'long enough')).body as { access_token: string }).access_token;
      const { headers } = await me(`Bearer ${token}`).expect(200);
      expect(headers).toMatchObject({
        'x-ratelimit-limit': '1000',
        'x-ratelimit-remaining': '999',
        'ratelimit-policy': '"hourly";q=1000;w=3600',
        ratelimit: '"hourly";r=999;t=3600',
      });
      expect(Number(headers['x-ratelimit-reset'])).toBeGreaterThan(clock.now() / 1_000);
      const admin = await me(`Bearer ${await adminToken()}`).expect(200);
      expect(admin.headers['x-ratelimit-limit']).toBeUndefined();
    });
  });

  describe('users', () => {
    const anna = { username: 'anna', email: 'Anna@Example.com', password: 'long enough' };

    it('are made by an admin, with their e-mail in lower case', async () => {
      const { status, body } = await createUser({ ...anna, is_superuser: true });
      expect({ status, body }).toMatchObject({
        status: 201,
        body: { username: 'anna', email: 'anna@example.com', role: 'admin' },
      });
    });

    it.each([{ email: 'other@example.com', username: 'ANNA' }, { username: 'anna2' }])('are unique: %j', async (change) => {
      const { status, body } = await createUser({ ...anna, ...change });
      expect({ status, body }).toMatchObject({
        status: 400,
        body: { error_code: 'INVALID_INPUT', detail: 'This e-mail or user name is already taken' },
      });
    });

    it.each([
      ['password', 'value_error.is_length', { password: 'short12' }],
      ['password', 'value_error.is_length', { password: 'x'.repeat(257) }],
      ['password', 'value_error.missing', { password: undefined }],
      ['email', 'value_error.is_email', { email: 'no address' }],
      ['username', 'value_error.matches', { username: 'a@b' }],
      ['username', 'value_error.is_string', { username: 7 }],
      ['is_superuser', 'value_error.is_boolean', { is_superuser: 'yes' }],
      ['role', 'value_error.extra', { role: 'admin' }],
    ])('are refused for their %s: %s', async (field, type, change) => {
      const { status, body } = await createUser({ ...anna, ...change });
      expect({ status, body }).toEqual({
        status: 422,
        body: {
          detail: [{ loc: ['body', field], msg: expect.any(String), type }],
          error_code: 'VALIDATION_ERROR',
          request_id: expect.any(String),
        },
      });
    });

    it('are listed by pages to an admin, newest first, and to nobody else', async () => {
      const token = await adminToken();
      for (const username of ['early', 'late']) {
        await createUser({ username, email: `${username}@example.com`, password: 'correct horse' }, token);
      }
      const list = (bearer: string, query = '') =>
        http().get(`/api/admin/users${query}`).set('Authorization', `Bearer ${bearer}`);
      const { body } = await list(token, '?page_size=1');
      expect(body).toMatchObject({ users: [{ username: 'late' }], page: 1, page_size: 1 });
      expect((await list(token, '?page=2&page_size=1')).body).toMatchObject({
        users: [{ username: 'early' }],
        total: body.total,
      });
      expect(JSON.stringify((await list(token)).body)).not.toMatch(/password|argon2/);
      const { access_token } = (await login('late@example.com', 'correct horse')).body as { access_token: string };
      expect((await list(access_token)).status).toBe(403);
    });

    it('cannot register while registration is closed, whatever they send', async () => {
      for (const body of [{}, { email: 'new@example.com', password: 'long enough' }]) {
        const answer = await http().post('/api/auth/register').send(body).expect(403);
        expect(answer.body).toMatchObject({
          error_code: 'REGISTRATION_CLOSED',
          detail: expect.stringContaining('GATEWAY_REGISTRATION=open'),
        });
      }
    });
  });
});

const execute = (dataSource: DataSource, sql: string) => dataSource.query(sql);
