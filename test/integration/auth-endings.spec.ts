import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { JwtService } from '@nestjs/jwt';
import { randomBytes } from 'node:crypto';
import request from 'supertest';
import { AuthModule } from '../../src/auth/auth.module.js';
import { adminToken } from '../../src/auth/login/admin-token.js';
import { GATEWAY } from '../../src/auth/audit/audit-entry.js';
import { UserChanges } from '../../src/auth/users/user-changes.service.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { AppConfig } from '../../src/config/app-config.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

const PASSWORD = 'correct horse';
const SECRET = 'test-secret-'.repeat(4);

describe('A login token ends', () => {
  let database: TestDatabase;
  let apps: NestExpressApplication[];
  let user: { id: string; email: string };
  let token: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    const config = () => testConfig({ database_url: database.url, auth: { admin_password: PASSWORD } });
    apps = [await startRestApp(config(), [AuthModule]), await startRestApp(config(), [AuthModule])];
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    const email = `${randomBytes(6).toString('hex')}@example.com`;
    user = await apps[0]!.get(UsersService).create({ email, password: PASSWORD });
    token = await login();
  });

  const login = async (password = PASSWORD): Promise<string> => {
    const { body } = await request(apps[0]!.getHttpServer())
      .post('/api/auth/login')
      .send({ email: user.email, password })
      .expect(200);
    return (body as { access_token: string }).access_token;
  };
  /** What both replicas say to it. */
  const verdicts = async (shown: string) =>
    Promise.all(
      apps.map(async (app) => {
        const { status, body } = await request(app.getHttpServer()).get('/api/auth/me').set('Authorization', `Bearer ${shown}`);
        return status === 200 ? 'ok' : (body as { detail: string }).detail;
      }),
    );
  const OK = ['ok', 'ok'];
  const ENDED = ['Invalid token', 'Invalid token'];
  const SWITCHED_OFF = 'This account is switched off. Ask an administrator of the gateway to switch it on again.';
  const update = (set: string) => database.dataSource.query(`UPDATE mcp.users SET ${set} WHERE id = $1`, [user.id]);

  it('with the password, on every replica at once; a login with the new one is another', async () => {
    expect(await verdicts(token)).toEqual(OK);
    await apps[0]!.get(UserChanges).setPassword(GATEWAY, user.id, 'battery staple');
    expect(await verdicts(token)).toEqual(ENDED);
    expect(await verdicts(await login('battery staple'))).toEqual(OK);
  });

  it.each([
    ['the role', `role = 'admin'`, `role = 'user'`, 'Invalid token'],
    ['the activity', 'is_active = false', 'is_active = true', SWITCHED_OFF],
    ['a password that an operator typed', `password_hash = '!'`, `password_hash = '!'`, 'Invalid token'],
  ])('with %s, and does not come back with it', async (_, change, back, words) => {
    await update(change);
    expect(await verdicts(token)).toEqual([words, words]);
    await update(back);
    expect(await verdicts(token)).toEqual(ENDED);
  });

  it('with nothing else of its user', async () => {
    await update(`display_name = 'Anna', role = role, is_active = true, password_hash = password_hash`);
    expect(await verdicts(token)).toEqual(OK);
  });

  it('with the admin’s password, also the one that a command of this machine made itself', async () => {
    const own = await adminToken(apps[0]!.get(AppConfig), database.url);
    expect(await verdicts(own)).toEqual(OK);
    await database.dataSource.query(`UPDATE mcp.users SET password_hash = '!' WHERE role = 'admin'`);
    expect(await verdicts(own)).toEqual(ENDED);
    expect(await verdicts(await adminToken(apps[0]!.get(AppConfig), database.url))).toEqual(OK);
  });

  it('in time: one without an end is refused, whoever signed it and whatever its subject', async () => {
    const jwt = new JwtService({ secret: SECRET });
    for (const claims of [{ sub: user.id }, { sub: user.id, ver: 0 }, { sub: user.email }, { email: user.email }]) {
      expect(await verdicts(jwt.sign(claims))).toEqual(Array(2).fill('Invalid token: missing exp'));
    }
  });

  it('of a version that is not a number of ours is none', async () => {
    const jwt = new JwtService({ secret: SECRET, signOptions: { expiresIn: 900 } });
    for (const ver of [1, -1, '0', null, [0], true]) expect(await verdicts(jwt.sign({ sub: user.id, ver }))).toEqual(ENDED);
  });
});
