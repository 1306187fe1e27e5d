import { describe, expect, it } from '@jest/globals';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InFlight } from './in-flight.js';

it('has what is under way by its key, and gives it out once', () => {
  const calls = new InFlight<number, string>();
  calls.set(1, 'one');
  calls.set(2, 'two');
  calls.set(3, 'three');
  expect([calls.has(2), calls.get(2), calls.take(2), calls.take(2), calls.has(2)]).toEqual([
    true,
    'two',
    'two',
    undefined,
    false,
  ]);
  calls.set(1, 'one again');
  expect([calls.keys(), calls.values()]).toEqual([
    [3, 1],
    ['three', 'one again'],
  ]);
});

describe('What has gone', () => {
  const CALLS = 4_000;
  const [AT_ONCE, BETWEEN_COLLECTIONS, CALL_BYTES] = [32, 50, 8_000];

  /** What is in the old space after many calls, of which some are under way all the time, and collections of the young space alone. */
  const oldBytesAfter = (calls: { set: (key: number, value: unknown) => unknown }, end: (key: number) => unknown): number => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
    collect();
    const before = oldBytes();
    for (let n = 0; n < CALLS; n += 1) {
      calls.set(
        n,
        Array.from({ length: CALL_BYTES / 8 }, () => n),
      );
      if (n >= AT_ONCE) end(n - AT_ONCE);
      if (n % BETWEEN_COLLECTIONS === 0) collect({ type: 'minor' });
    }
    return oldBytes() - before;
  };
  const oldBytes = () => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')!.space_used_size;

  it('is not kept until the next full collection, as it is in a Map', () => {
    const inFlight = new InFlight<number, unknown>();
    const map = new Map<number, unknown>();
    const [kept, keptByMap] = [
      oldBytesAfter(inFlight, (key) => inFlight.take(key)),
      oldBytesAfter(map, (key) => map.delete(key)),
    ];
    expect(kept).toBeLessThan(keptByMap / 4);
  });
});
