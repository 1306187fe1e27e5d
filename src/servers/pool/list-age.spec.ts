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
});
