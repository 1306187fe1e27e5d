import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { AuditLog } from '../../src/auth/audit/audit-log.service.js';
import { LINES_MAX, LoginNotes, WINDOW_MS } from '../../src/auth/audit/login-notes.service.js';
import { AuthModule } from '../../src/auth/auth.module.js';
import type { User } from '../../src/auth/users/user.entity.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { Clock } from '../../src/common/clock.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { testConfig } from '../support/gateway/test-config.js';
import { TestClock } from '../support/test-clock.js';

const PASSWORD = 'correct horse';

describe('Logins are written down', () => {
  const clock = new TestClock();
  let database: TestDatabase;
  let app: NestExpressApplication;
  let user: User;

  beforeAll(async () => {
    database = await createTestDatabase();
    const config = testConfig({ database_url: database.url });
    app = await startRestApp(config, [AuthModule], [{ provide: Clock, value: clock }]);
    user = await app.get(UsersService).create({ email: 'anna@example.com', password: PASSWORD });
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const lines = async (action: 'login.failed' | 'login.succeeded') =>
    (await app.get(AuditLog).page({ action, subjectId: user.id }, { limit: 100, offset: 0 })).lines;
  const fail = async (times: number) => {
    for (let n = 0; n < times; n += 1) await app.get(LoginNotes).failed(user.id, { id: `r${n}`, address: '10.0.0.1' });
  };

  it('with the request they were and where it came from, and the user says when the last one was', async () => {
    const login = { email: user.email, password: PASSWORD };
    const { headers } = await request(app.getHttpServer()).post('/api/auth/login').set('X-Request-Id', 'my-login').send(login);
    expect(headers['x-request-id']).toBe('my-login');
    expect(await lines('login.succeeded')).toMatchObject([
      { requestId: 'my-login', address: '127.0.0.1', via: 'login', actorId: user.id, details: {} },
    ]);
    const { lastLoginAt } = (await app.get(UsersService).findById(user.id))!;
    expect(Math.abs(lastLoginAt!.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('one by one, until they are too many for an hour: how many more there were is one line at its end', async () => {
    await fail(LINES_MAX + 7);
    expect(await lines('login.failed')).toHaveLength(LINES_MAX);
    clock.advance(WINDOW_MS - 1);
    await app.get(LoginNotes).endOld();
    expect(await lines('login.failed')).toHaveLength(LINES_MAX);
    clock.advance(1);
    await app.get(LoginNotes).endOld();
    const [last, ...others] = await lines('login.failed');
    expect(last).toMatchObject({ via: 'gateway', actorId: null, address: null, details: { more: 7 } });
    expect(others).toHaveLength(LINES_MAX);
    await fail(1);
    expect((await lines('login.failed'))[0]).toMatchObject({ via: 'login', requestId: 'r0', details: {} });
  });

  it('so also when the gateway stops before the hour is over', async () => {
    clock.advance(WINDOW_MS);
    await fail(LINES_MAX + 3);
    await app.get(LoginNotes).onApplicationShutdown();
    expect((await lines('login.failed'))[0]).toMatchObject({ details: { more: 3 } });
  });
});
