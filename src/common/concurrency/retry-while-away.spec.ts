import { describe, expect, it } from '@jest/globals';
import { retryWhileAway } from './retry-while-away.js';

const AWAY = new Error('away');
const isAway = (error: unknown) => error === AWAY;

describe('Retrying while a backend is away', () => {
  /** Fails so many times, then answers. */
  const after = (failures: number) => {
    let tries = 0;
    return { tries: () => tries, attempt: async () => (++tries > failures ? tries : Promise.reject(AWAY)) };
  };

  it('answers at once when nothing fails', async () => {
    const { attempt } = after(0);
    expect(await retryWhileAway(attempt, { isAway, patienceMs: 1_000 })).toBe(1);
  });

  it('tries until it is back', async () => {
    const { attempt } = after(2);
    expect(await retryWhileAway(attempt, { isAway, patienceMs: 5_000 })).toBe(3);
  });

  it('throws what is nobody else to fix at once', async () => {
    const wrong = new Error('wrong');
    let tries = 0;
    const attempt = () => Promise.reject(++tries && wrong);
    await expect(retryWhileAway(attempt, { isAway, patienceMs: 5_000 })).rejects.toBe(wrong);
    expect(tries).toBe(1);
  });

  it('gives up with the last failure when its patience is over', async () => {
    const { attempt, tries } = after(Infinity);
    const started = performance.now();
    await expect(retryWhileAway(attempt, { isAway, patienceMs: 200 })).rejects.toBe(AWAY);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(tries()).toBeGreaterThan(1);
  });

  it('does not wait longer for a try that hangs', async () => {
    const started = performance.now();
    const hanging = retryWhileAway(() => new Promise(() => undefined), { isAway, patienceMs: 100 });
    await expect(hanging).rejects.toThrow('No answer within 100 ms');
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
