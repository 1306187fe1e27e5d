import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../test/support/eventually.js';
import { DiskGuard, isAsGoodAsFull, type Space } from './disk-guard.js';

const MIB = 1_048_576;
/** Of a disk of 100 GiB. */
const free = (mebibytes: number): Space => ({ bavail: mebibytes, blocks: 102_400, bsize: MIB });

describe('A disk', () => {
  it.each([
    [257, false, false],
    [255, false, true],
    [300, true, true],
    [321, true, false],
  ])('with %i MiB free, that was full: %s, is as good as full: %s', (mebibytes, wasFull, isFull) => {
    expect(isAsGoodAsFull(free(mebibytes), wasFull)).toBe(isFull);
  });

  it('that is small keeps a tenth', () => {
    const small = (bavail: number): Space => ({ bavail, blocks: 1_000, bsize: MIB });
    expect([isAsGoodAsFull(small(99), false), isAsGoodAsFull(small(101), false)]).toEqual([true, false]);
  });
});

describe('The guard of a disk', () => {
  let folder: string;
  let guard: DiskGuard;
  let space: Space;
  let told: boolean[];
  let merges: boolean[];
  let failures: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tallygate-guard-'));
    [space, told, merges, failures] = [free(50_000), [], [], 0];
    const stopMerges = (stop: boolean) => {
      merges.push(stop);
      return failures-- > 0 ? Promise.reject(new Error('busy')) : Promise.resolve();
    };
    guard = new DiskGuard(folder, { stopMerges, onChange: (isFull) => told.push(isFull), look: () => Promise.resolve(space) });
  });
  afterEach(async () => {
    await guard.close();
    rmSync(folder, { recursive: true });
  });

  it('tells each change once, and stops merges while there is no room', async () => {
    expect(told).toEqual([false]);
    space = free(100);
    await eventually(() => expect(merges).toEqual([true]));
    space = free(300); // not enough to begin again
    await eventually(() => expect(guard.isFull).toBe(true));
    space = free(50_000);
    await eventually(() => expect(merges).toEqual([true, false]));
    expect(told).toEqual([false, true, false]);
  });

  it('tries again to stop merges, less and less often', async () => {
    failures = 1;
    space = free(100);
    const started = performance.now();
    await eventually(() => expect(merges).toEqual([true, true]));
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(guard.isFull).toBe(true);
  });
});
