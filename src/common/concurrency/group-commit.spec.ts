import { describe, expect, it } from '@jest/globals';
import { GroupCommit } from './group-commit.js';

/** Commits by hand: each batch waits until the test says how it ends. */
function byHand(isItemFault: (error: unknown) => boolean) {
  const batches: { items: string[]; succeed: () => void; fail: (error: Error) => void }[] = [];
  const commits = new GroupCommit<string, string>({
    commit: (items) => new Promise((resolve, reject) => batches.push({ items, succeed: () => resolve(items), fail: reject })),
    batchMax: 2,
    queueMax: 4,
    isItemFault,
  });
  return { commits, batches };
}
/** Lets the batches go on that can. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
const settled = (promises: Promise<string>[]) =>
  Promise.allSettled(promises).then((results) =>
    results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed')),
  );

describe('GroupCommit', () => {
  it('commits the first at once, and what comes meanwhile together, in order', async () => {
    const { commits, batches } = byHand(() => true);
    const results = ['a', 'b', 'c'].map((item) => commits.submit(item));
    expect(commits.depth).toBe(2);
    batches[0]!.succeed();
    await turn();
    batches[1]!.succeed();
    expect(await settled(results)).toEqual(['a', 'b', 'c']);
    expect(batches.map(({ items }) => items)).toEqual([['a'], ['b', 'c']]);
  });

  it('refuses one more than may wait', async () => {
    const { commits } = byHand(() => true);
    for (const item of ['a', 'b', 'c', 'd', 'e']) void commits.submit(item);
    await expect(commits.submit('f')).rejects.toMatchObject({ code: 'OVERLOADED' });
  });

  it('tries each of a batch alone where one item may be to blame', async () => {
    const { commits, batches } = byHand(() => true);
    const results = ['a', 'b', 'c'].map((item) => commits.submit(item));
    batches[0]!.succeed();
    await turn();
    batches[1]!.fail(new Error('one of them'));
    await turn();
    batches[2]!.fail(new Error('this one'));
    await expect(results[1]).rejects.toThrow('this one');
    batches[3]!.succeed();
    expect(await settled(results)).toEqual(['a', 'failed', 'c']);
  });

  it('fails also those that were to be tried alone, once the store is away', async () => {
    const { commits, batches } = byHand((error) => (error as Error).message !== 'away');
    const results = ['a', 'b', 'c'].map((item) => commits.submit(item));
    batches[0]!.succeed();
    await turn();
    batches[1]!.fail(new Error('one of them'));
    await turn();
    batches[2]!.fail(new Error('away'));
    expect(await settled(results)).toEqual(['a', 'failed', 'failed']);
    expect(batches).toHaveLength(3);
  });

  it('fails all that wait with a store that is away, without a try each; the next one is tried', async () => {
    const { commits, batches } = byHand(() => false);
    const results = ['a', 'b', 'c', 'd', 'e'].map((item) => commits.submit(item));
    batches[0]!.fail(new Error('away'));
    expect(await settled(results)).toEqual(Array(5).fill('failed'));
    expect(batches).toHaveLength(1);
    await turn();
    const next = commits.submit('f');
    batches[1]!.succeed();
    expect(await next).toBe('f');
  });

  it('runs other work between two batches: behind the one in flight, and before those that wait', async () => {
    const { commits, batches } = byHand(() => true);
    const results = ['a', 'b'].map((item) => commits.submit(item));
    let seen: number | undefined;
    const work = commits.between(async () => (seen = batches.length));
    await turn();
    expect(seen).toBeUndefined();
    batches[0]!.succeed();
    expect(await work).toBe(1);
    await turn();
    batches[1]!.succeed();
    expect(await settled(results)).toEqual(['a', 'b']);
  });

  it('goes on with its batches where that work fails', async () => {
    const { commits, batches } = byHand(() => true);
    await expect(commits.between(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const result = commits.submit('a');
    batches[0]!.succeed();
    expect(await result).toBe('a');
  });
});
