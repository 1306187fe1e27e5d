import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { AnonymousAccess } from '../../src/auth/access/anonymous-access.service.js';
import { AuthModule } from '../../src/auth/auth.module.js';
import { readConfig } from '../../src/config/load-config.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

describe('Settings of authentication', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => app.close());
  afterAll(() => database.drop());

  const start = async (settings: object) => {
    app = await startRestApp(testConfig({ database_url: database.url, ...settings }), [AuthModule]);
    return request(app.getHttpServer());
  };

  it('open: anybody registers, as a user, under a name made from the e-mail', async () => {
    const http = await start({ registration: 'open' });
    const register = (email: string) => http.post('/api/auth/register').send({ email, password: 'long enough' });
    expect((await register('Eve@Example.com').expect(201)).body).toMatchObject({
      username: 'Eve',
      email: 'eve@example.com',
      role: 'user',
    });
    expect((await register('eve@example.org').expect(201)).body).toMatchObject({
      username: expect.stringMatching(/^eve-[0-9a-f]{8}$/),
    });
    expect((await register('eve@example.com').expect(400)).body).toMatchObject({ error_code: 'INVALID_INPUT' });
    await http.post('/api/auth/login').send({ email: 'EVE@example.com', password: 'long enough' }).expect(200);
  });

  it('open and with tokens of a backend contradict each other: who registers first would share an account', () => {
    const env = { GATEWAY_CONFIG: '/dev/null', GATEWAY_DATABASE_URL: 'memory:', GATEWAY_TRUST_EXTERNAL_TOKENS: 'true' };
    expect(() => readConfig({ ...env, GATEWAY_REGISTRATION: 'open' })).toThrow(/GATEWAY_REGISTRATION: "open" cannot go with/);
    expect(() => readConfig({ ...env, GATEWAY_REGISTRATION: 'closed' })).not.toThrow();
  });

  it('open: nobody registers as an admin, nor without end', async () => {
    const http = await start({ registration: 'open' });
    const mallory = { email: 'mallory@example.com', password: 'long enough', is_superuser: true };
    const { body } = await http.post('/api/auth/register').send(mallory).expect(422);
    expect(body).toMatchObject({ detail: [{ loc: ['body', 'is_superuser'], type: 'value_error.extra' }] });
    const statuses = new Set<number>();
    for (let tries = 0; tries < 21; tries += 1) statuses.add((await http.post('/api/auth/register').send({})).status);
    expect([...statuses]).toEqual([422, 429]);
  });

  it('the rate limit: refused with the time to come back, and counted for each user', async () => {
    const http = await start({ registration: 'open', limits: { user_per_hour: 2 } });
    await http.post('/api/auth/register').send({ email: 'busy@example.com', password: 'long enough' }).expect(201);
    const { body } = await http.post('/api/auth/login').send({ email: 'busy@example.com', password: 'long enough' });
    const me = () => http.get('/api/auth/me').set('Authorization', `Bearer ${(body as { access_token: string }).access_token}`);
    await me().expect(200);
    // A refused request counts as well: probing for permissions is no way around the limit.
    await http
      .post('/auth/users')
      .set('Authorization', `Bearer ${(body as { access_token: string }).access_token}`)
      .expect(403);
    const refused = await me().expect(429);
    expect(refused.body).toMatchObject({ error_code: 'RATE_LIMITED' });
    expect(refused.headers).toMatchObject({ 'x-ratelimit-remaining': '0', 'retry-after': '3600' });
  });

  it('off: everyone acts as the admin, whatever they send', async () => {
    const http = await start({ auth: { enabled: false } });
    for (const authorization of [undefined, 'Bearer nonsense']) {
      const get = http.get('/api/auth/me');
      const { body } = await (authorization ? get.set('Authorization', authorization) : get).expect(200);
      expect(body).toMatchObject({ username: 'admin', role: 'admin' });
    }
    expect(await app.get(AnonymousAccess).principal()).toMatchObject({ role: 'admin' });
  });

  it('on: nobody acts as anybody', async () => {
    const http = await start({});
    await http.get('/api/auth/me').expect(401);
    expect(await app.get(AnonymousAccess).principal()).toBeUndefined();
  });
});
