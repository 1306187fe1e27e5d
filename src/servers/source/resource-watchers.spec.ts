import { describe, expect, it } from '@jest/globals';
import { leastCpuMs, QUICK_MS } from '../../../test/support/cpu-time.js';
import { eventually } from '../../../test/support/eventually.js';
import { ResourceWatchers } from './resource-watchers.js';

describe('those who watch resources', () => {
  it('are told once of many changes, also of a part, and nobody else is', async () => {
    const watchers = new ResourceWatchers();
    const told = { folder: 0, file: 0, other: 0 };
    watchers.add('file:///a', () => (told.folder += 1));
    watchers.add('file:///a/b', () => (told.file += 1));
    watchers.add('file:///ab', () => (told.other += 1));
    for (let n = 0; n < 1_000; n += 1) watchers.change(`file:///a/b/${n}`);
    await eventually(() => expect(told).toEqual({ folder: 1, file: 1, other: 0 }));
    watchers.change('file:///a');
    await eventually(() => expect(told).toEqual({ folder: 2, file: 1, other: 0 }));
  });

  it('say who was the first and who the last at an address', () => {
    const watchers = new ResourceWatchers();
    const [one, two] = [() => undefined, () => undefined];
    expect([watchers.add('a', one), watchers.add('a', two)]).toEqual([true, false]);
    expect([watchers.remove('a', one), watchers.remove('a', one), watchers.remove('a', two)]).toEqual([false, false, true]);
    expect(watchers.uris).toEqual([]);
  });

  it('take no longer for a change the more they are, nor the deeper the address is', async () => {
    const watchers = new ResourceWatchers();
    for (let n = 0; n < 50_000; n += 1) watchers.add(`file:///${n}`, () => undefined);
    const changes = () => {
      for (let n = 0; n < 1_000; n += 1) watchers.change(`file://${'/x'.repeat(4_000)}`);
    };
    expect(await leastCpuMs(changes)).toBeLessThan(QUICK_MS);
  });
});
