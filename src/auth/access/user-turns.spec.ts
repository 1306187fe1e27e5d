import { describe, expect, it } from '@jest/globals';
import { UserTurns } from './user-turns.service.js';

describe('Work of one user', () => {
  const gates = () => {
    const open: (() => void)[] = [];
    return { open, work: () => new Promise<void>((resolve) => open.push(resolve)) };
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('runs four pieces at once, and the next one when one of them ends, in order', async () => {
    const turns = new UserTurns();
    const done: number[] = [];
    const { open, work } = gates();
    const all = Array.from({ length: 6 }, (_, n) => turns.run('ada', () => work().then(() => void done.push(n))));
    await settled();
    expect(open).toHaveLength(4);
    open[2]!();
    await settled();
    expect([open.length, done]).toEqual([5, [2]]);
    for (let n = 0; n < 6; n++) {
      open[n]!();
      await settled();
    }
    await Promise.all(all);
    expect(done).toEqual([2, 0, 1, 3, 4, 5]);
  });

  it('does not keep others waiting, and neither does work that fails', async () => {
    const turns = new UserTurns();
    const { open, work } = gates();
    const own = Array.from({ length: 5 }, () => turns.run('ada', work));
    expect(await turns.run('bob', async () => 'done')).toBe('done');
    await settled();
    expect(open).toHaveLength(4);
    const failing = Array.from({ length: 9 }, () => turns.run('eve', async () => Promise.reject(new Error('broken'))));
    expect((await Promise.allSettled(failing)).every(({ status }) => status === 'rejected')).toBe(true);
    expect(await turns.run('eve', async () => 'done')).toBe('done');
    open.forEach((end) => end());
    await settled();
    open[4]!();
    await Promise.all(own);
  });

  it('is refused beyond a thousand that wait', async () => {
    const turns = new UserTurns();
    const { open, work } = gates();
    const all = Array.from({ length: 1_004 }, () => turns.run('ada', work));
    await expect(turns.run('ada', work)).rejects.toMatchObject({ code: 'OVERLOADED' });
    for (let n = 0; n < all.length; n++) {
      open[n]!();
      await settled();
    }
    await Promise.all(all);
    expect(await turns.run('ada', async () => 'done')).toBe('done');
  });
});
