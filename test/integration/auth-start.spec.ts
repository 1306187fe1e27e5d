import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AdminBootstrap } from '../../src/auth/users/admin-bootstrap.service.js';
import { PasswordHasher } from '../../src/auth/password/password-hasher.js';
import { SecretCheck } from '../../src/auth/login/secret-check.js';
import { User } from '../../src/auth/users/user.entity.js';
import { UsersRepository } from '../../src/auth/users/users.repository.js';
import { AuditLog } from '../../src/auth/audit/audit-log.service.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { FirstRunSecrets } from '../../src/config/first-run-secrets.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase, openPostgres, type OpenPostgres, type TestDatabase } from '../support/databases/test-database.js';

describe('The first start', () => {
  let database: TestDatabase;
  let replica: OpenPostgres;
  const hasher = new PasswordHasher();

  beforeEach(async () => {
    database = await createTestDatabase([User]);
    replica = await openPostgres(database.url, [User]);
  });
  afterEach(async () => {
    await replica.close();
    await database.drop();
  });

  const users = ({ dataSource, postgres }: Pick<OpenPostgres, 'dataSource' | 'postgres'>) =>
    new UsersService(new UsersRepository(dataSource.getRepository(User), postgres), hasher, new AuditLog(postgres), postgres);
  const start = async (door: Parameters<typeof users>[0], auth: object = {}) => {
    const firstRun = new FirstRunSecrets();
    await new AdminBootstrap(door.postgres, users(door), hasher, firstRun, testConfig({ auth })).run();
    return firstRun;
  };
  const rows = () => database.dataSource.query<{ username: string; email: string; role: string }[]>('SELECT * FROM mcp.users');
  const opens = async (password: string) => hasher.verify((await users(database).findByLogin('admin'))?.passwordHash, password);

  it('makes an admin with a generated password that is known only there', async () => {
    const { adminEmail, adminPassword } = await start(database);
    expect(await rows()).toMatchObject([{ username: 'admin', email: 'admin@localhost', role: 'admin' }]);
    expect({ adminEmail, length: adminPassword!.length }).toEqual({ adminEmail: 'admin@localhost', length: 24 });
    expect(await opens(adminPassword!)).toBe(true);
    expect(await start(database)).toEqual(new FirstRunSecrets());
  });

  it('of replicas at once makes one admin, whose password the one that made them knows', async () => {
    const runs = await Promise.all([start(database), start(replica), start(database), start(replica)]);
    expect(await rows()).toHaveLength(1);
    const passwords = runs.flatMap(({ adminPassword }) => adminPassword ?? []);
    expect(passwords).toHaveLength(1);
    expect(await opens(passwords[0]!)).toBe(true);
  });

  it('takes the configured e-mail and password and shows neither again', async () => {
    const auth = { admin_email: 'Ops@Example.com', admin_password: 'configured one' };
    const { adminPassword } = await start(database, auth);
    expect(adminPassword).toBeUndefined();
    expect(await rows()).toMatchObject([{ email: 'ops@example.com' }]);
    expect(await opens('configured one')).toBe(true);
  });

  it('is over: a password configured later changes nothing', async () => {
    await start(database, { admin_password: 'the first one' });
    await start(database, { admin_password: 'a later one' });
    expect([await opens('the first one'), await opens('a later one')]).toEqual([true, false]);
  });

  it("says so when the admin's e-mail belongs to somebody else", async () => {
    await users(database).create({ email: 'admin@localhost', username: 'anna', password: 'long enough' });
    await expect(start(database)).rejects.toThrow(/admin@localhost.* cannot be created: .*taken.*GATEWAY_ADMIN_EMAIL/);
  });
});

describe('The secret', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  const check = (secret_key: string) => new SecretCheck(testConfig({ auth: { secret_key } }), database.postgres).run();

  it('stays the one the database was set up with, or the start fails in one line that says what to do', async () => {
    await check('a'.repeat(32));
    await check('a'.repeat(32));
    const failed = await check('b'.repeat(32)).catch((error: Error) => error);
    expect((failed as Error).message).toMatch(/^GATEWAY_SECRET_KEY is not the one this database was set up with.*$/);
    await check('a'.repeat(32));
  });

  it('of two replicas that disagree at the first start lets one in', async () => {
    const results = await Promise.allSettled([check('a'.repeat(32)), check('b'.repeat(32))]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is not stored', async () => {
    await check('secret'.repeat(8));
    expect(JSON.stringify(await database.dataSource.query('SELECT * FROM mcp.settings'))).not.toContain('secretsecret');
  });
});
