import { describe, expect, it } from '@jest/globals';
import { parseOptions } from '@node-rs/argon2';
import { NO_PASSWORD, NOBODY, PasswordHasher, PENDING_MAX } from './password-hasher.js';

describe('PasswordHasher', () => {
  const hasher = new PasswordHasher();

  it('knows the password of a hash and no other', async () => {
    const hash = await hasher.hash('correct horse');
    expect(hash).toMatch(/^\$argon2id\$/);
    expect([await hasher.verify(hash, 'correct horse'), await hasher.verify(hash, 'correct horse ')]).toEqual([true, false]);
  });

  it('works as hard where there is no user as where there is one', async () => {
    expect(parseOptions(NOBODY)).toEqual(parseOptions(await hasher.hash('anything')));
    const withHash = await median(async () => hasher.verify(await aHash, 'wrong'));
    const withoutHash = await median(async () => hasher.verify(undefined, 'wrong'));
    expect(withoutHash / withHash).toBeGreaterThan(0.5);
    expect(withoutHash / withHash).toBeLessThan(2);
  });

  it('lets nobody in without a hash', async () => {
    expect(await hasher.verify(undefined, '')).toBe(false);
  });

  it('lets nobody in who has no password, and works as hard to say so', async () => {
    const passwords = ['', NO_PASSWORD, 'a password'];
    expect(await Promise.all(passwords.map((password) => hasher.verify(NO_PASSWORD, password)))).toEqual([false, false, false]);
    const withHash = await median(async () => hasher.verify(await aHash, 'wrong'));
    const without = await median(async () => hasher.verify(NO_PASSWORD, 'wrong'));
    expect(without / withHash).toBeGreaterThan(0.5);
  });

  it('refuses more than it can bear, and recovers', async () => {
    const all = await Promise.allSettled(Array.from({ length: PENDING_MAX + 1 }, () => hasher.verify(undefined, 'x')));
    expect(all.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: 'OVERLOADED' } }]);
    expect(await hasher.verify(undefined, 'x')).toBe(false);
  });

  const aHash = hasher.hash('a password');
});

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 15; round += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[7]!;
}
