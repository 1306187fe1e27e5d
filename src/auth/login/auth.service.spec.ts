import { beforeEach, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { testConfig } from '../../../test/support/gateway/test-config.js';
import { TestClock } from '../../../test/support/test-clock.js';
import { RedisConnection } from '../../limits/redis.connection.js';
import { AuthService } from './auth.service.js';
import type { LoginNotes } from '../audit/login-notes.service.js';
import type { EndedLogins } from './ended-logins.repository.js';
import { PasswordCheck } from '../password/password-check.service.js';
import type { UserChanges } from '../users/user-changes.service.js';
import { switchedOff } from '../access/switched-off.js';
import { LoginLimits } from './login-limits.service.js';
import { PasswordHasher } from '../password/password-hasher.js';
import type { User } from '../users/user.entity.js';
import type { UsersService } from '../users/users.service.js';

const PASSWORD = 'correct horse';

describe('A login', () => {
  const config = testConfig({ limits: { failures_per_address: 4 } });
  const hasher = new PasswordHasher();
  let users: Record<string, Partial<User>>;
  let lookUps: number;
  let verified: (string | undefined)[];
  let auth: AuthService;

  beforeEach(async () => {
    const passwordHash = await hasher.hash(PASSWORD);
    const anna = { id: '1', email: 'anna@example.com', username: 'anna', passwordHash, isActive: true };
    const gone = { id: '2', email: 'gone@example.com', username: 'gone', passwordHash, isActive: false };
    users = { anna, 'anna@example.com': anna, gone };
    lookUps = 0;
    verified = [];
    const findByLogin = (login: string) => {
      lookUps += 1;
      return login === 'broken' ? Promise.reject(new Error('no database')) : Promise.resolve(users[login] ?? null);
    };
    const watched = {
      verify: (hash: string | undefined, password: string) => {
        verified.push(hash);
        return hasher.verify(hash, password);
      },
    };
    const limits = new LoginLimits(config, new TestClock(), new RedisConnection());
    const jwt = new JwtService({ secret: config.values.auth.secret_key });
    const admit = async ({ isActive }: User) => {
      if (!isActive) throw switchedOff();
    };
    const [known, notes] = [
      { findByLogin, admit } as unknown as UsersService,
      { succeeded: async () => undefined, failed: async () => undefined } as unknown as LoginNotes,
    ];
    const check = new PasswordCheck(known, watched as PasswordHasher, limits, notes);
    auth = new AuthService(check, known, {} as UserChanges, {} as EndedLogins, notes, jwt, config);
  });

  const attempt = (login: string, password = PASSWORD, address = '10.0.0.1') =>
    auth.login({ login, password, from: { id: 'r1', address } });

  it('works by each name from where it has worked by one, though others guess at it from everywhere', async () => {
    await attempt('anna');
    const guesses = ['10.1.0.1', '10.2.0.1', '10.3.0.1'].flatMap((address) => [address, address, address]);
    for (const address of guesses) await attempt('anna@example.com', 'guess', address).catch(() => undefined);
    await expect(attempt('anna@example.com', PASSWORD, '10.4.0.1')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect((await attempt('anna@example.com')).access_token).toEqual(expect.any(String));
  });

  it('does the same work and says the same for an unknown user and a wrong password, and for one who is switched off only with the right one', async () => {
    const invalid = { code: 'INVALID_CREDENTIALS', message: 'Invalid credentials' };
    await expect(attempt('nobody')).rejects.toMatchObject(invalid);
    await expect(attempt('anna', 'wrong')).rejects.toMatchObject(invalid);
    await expect(attempt('gone', 'wrong')).rejects.toMatchObject(invalid);
    await expect(attempt('gone')).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining('switched off'),
    });
    expect({ lookUps, verifications: verified.length }).toEqual({ lookUps: 4, verifications: 4 });
  });

  it('from a blocked address reaches neither the database nor a password hash', async () => {
    for (let tries = 0; tries < 4; tries += 1) await attempt('nobody').catch(() => undefined);
    await expect(attempt('anna')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect({ lookUps, verifications: verified.length }).toEqual({ lookUps: 4, verifications: 4 });
  });

  it('that breaks on the way is not held against anybody', async () => {
    for (let tries = 0; tries < 10; tries += 1) await expect(attempt('broken')).rejects.toThrow('no database');
    await expect(attempt('anna')).resolves.toMatchObject({ token_type: 'bearer' });
  });
});
