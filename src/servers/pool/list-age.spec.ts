import { describe, expect, it } from '@jest/globals';
import { ListAge } from './list-age.js';

describe('the age of lists', () => {
  it('is none before they are read, and one from then on, until they have to be read again', async () => {
    let told = 0;
    const age = new ListAge(() => (told += 1));
    expect(age.isStale).toBe(true);
    expect(await age.whileReading(async () => 'lists')).toBe('lists');
    expect([age.isStale, told]).toEqual([false, 0]);
    age.expire();
    expect([age.isStale, told]).toEqual([true, 1]);
  });

  it('is none of lists that had to be read again while they were read: an approval may have come too late for them', async () => {
    const age = new ListAge(() => undefined);
    await age.whileReading(async () => age.expire());
    expect(age.isStale).toBe(true);
    await age.whileReading(async () => undefined);
    expect(age.isStale).toBe(false);
  });

  it('is none where they could not be read', async () => {
    const age = new ListAge(() => undefined);
    await expect(age.whileReading(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(age.isStale).toBe(true);
  });

  it('is that of each list for those that are announced: they alone are read again, those too that were while others were read', async () => {
    let isDue: () => void = () => undefined;
    const age = new ListAge(() => isDue());
    const nextDue = () => new Promise<void>((resolve) => (isDue = resolve));
    const reading = (during = () => undefined as void) => age.whileReading(async (stale) => (during(), [...stale]));
    expect(await reading()).toEqual(['tools', 'resources', 'prompts']);
    const [first, announce] = [nextDue(), () => age.expireInTime(['prompts'])];
    announce();
    expect(age.isStale).toBe(false);
    await first;
    const second = nextDue();
    expect(await reading(() => age.expireInTime(['tools']))).toEqual(['prompts']);
    await second;
    await expect(age.whileReading(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    announce();
    const third = nextDue();
    await third;
    expect((await reading()).sort()).toEqual(['prompts', 'tools']);
    expect(age.isStale).toBe(false);
  });
});
