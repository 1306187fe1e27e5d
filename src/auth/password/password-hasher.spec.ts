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
    const ratio = await effortOf(undefined);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  it('lets nobody in without a hash', async () => {
    expect(await hasher.verify(undefined, '')).toBe(false);
  });

  it('lets nobody in who has no password, and works as hard to say so', async () => {
    const passwords = ['', NO_PASSWORD, 'a password'];
    expect(await Promise.all(passwords.map((password) => hasher.verify(NO_PASSWORD, password)))).toEqual([false, false, false]);
    expect(await effortOf(NO_PASSWORD)).toBeGreaterThan(0.5);
  });

  it('refuses more than it can bear, and recovers', async () => {
    const all = await Promise.allSettled(Array.from({ length: PENDING_MAX + 1 }, () => hasher.verify(undefined, 'x')));
    expect(all.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: 'OVERLOADED' } }]);
    expect(await hasher.verify(undefined, 'x')).toBe(false);
  });

  /** Against the effort for a real hash. Taken in turns, and the least of each: a busy machine only ever adds time. */
  async function effortOf(passwordHash: string | undefined): Promise<number> {
    const real = await hasher.hash('a password');
    const [times, realTimes]: [number[], number[]] = [[], []];
    for (let round = 0; round < 15; round += 1) {
      times.push(await timeOf(() => hasher.verify(passwordHash, 'wrong')));
      realTimes.push(await timeOf(() => hasher.verify(real, 'wrong')));
    }
    return Math.min(...times) / Math.min(...realTimes);
  }
});

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
