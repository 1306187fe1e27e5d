import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiKeysRepository, KeyUse } from '../keys/api-keys.repository.js';
import { KeyUsageTracker } from './key-usage.tracker.js';

describe('The last uses of keys', () => {
  const written: [string, KeyUse][][] = [];
  let failure: Error | undefined;
  let whileWriting: () => void;
  let tracker: KeyUsageTracker;
  beforeEach(() => {
    written.length = 0;
    failure = undefined;
    whileWriting = () => undefined;
    const setLastUsed = async (uses: ReadonlyMap<string, KeyUse>) => {
      whileWriting();
      if (failure) throw failure;
      written.push([...uses]);
    };
    tracker = new KeyUsageTracker({ setLastUsed } as unknown as ApiKeysRepository);
  });

  it('are written together, the latest of each key', async () => {
    for (const [key, at] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ] as const)
      tracker.touch(key, at);
    await tracker.flush();
    await tracker.flush();
    expect(written).toEqual([
      [
        ['a', { at: 3 }],
        ['b', { at: 2 }],
      ],
    ]);
  });

  it('say what made the last call with each', async () => {
    tracker.touch('a', 1, 'claude-code');
    tracker.touch('a', 2);
    tracker.touch('b', 2, 'curl');
    await tracker.flush();
    expect(written).toEqual([
      [
        ['a', { at: 2, client: 'claude-code' }],
        ['b', { at: 2, client: 'curl' }],
      ],
    ]);
  });

  it('are kept when they cannot be written, behind later ones', async () => {
    tracker.touch('a', 1);
    tracker.touch('b', 1);
    failure = new Error('away');
    whileWriting = () => tracker.touch('a', 2);
    await expect(tracker.flush()).rejects.toThrow('away');
    failure = undefined;
    whileWriting = () => undefined;
    await tracker.flush();
    expect(new Map(written[0])).toEqual(
      new Map([
        ['a', { at: 2 }],
        ['b', { at: 1 }],
      ]),
    );
  });

  it('take bounded memory', async () => {
    for (let key = 0; key < 100_010; key += 1) tracker.touch(String(key), 1);
    tracker.touch('0', 2);
    await tracker.flush();
    expect(written[0]).toHaveLength(100_000);
    expect(written[0]![0]).toEqual(['0', { at: 2 }]);
  });

  it('are written at the end, and a failure does not hold the end up', async () => {
    tracker.touch('a', 1);
    await tracker.onApplicationShutdown();
    expect(written).toEqual([[['a', { at: 1 }]]]);
    tracker.touch('a', 2);
    failure = new Error('away');
    await tracker.onApplicationShutdown();
  });
});
