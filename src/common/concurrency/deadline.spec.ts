import { describe, expect, it } from '@jest/globals';
import { endedWithin, orNull, withDeadline } from './deadline.js';

const never = new Promise<never>(() => undefined);
const late = () => new Error('too late');

describe('withDeadline', () => {
  it('gives the result of work that is in time', async () => {
    expect(await withDeadline(Promise.resolve(7), 1_000, late)).toBe(7);
  });

  it('rejects with the failure of work that fails in time', async () => {
    await expect(withDeadline(Promise.reject(new Error('broken')), 1_000, late)).rejects.toThrow('broken');
  });

  it('rejects with the error of the caller when the work takes longer', async () => {
    await expect(withDeadline(never, 5, late)).rejects.toThrow('too late');
  });

  it('drops a failure that comes after the deadline', async () => {
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<void>((_, reject) => (fail = reject));
    await expect(withDeadline(work, 5, late)).rejects.toThrow('too late');
    fail(new Error('an unhandled rejection would end the process'));
  });
});

describe('orNull', () => {
  it('gives what is there in time', async () => {
    expect(await orNull(Promise.resolve(0))).toBe(0);
  });

  it('gives null for what fails or takes too long, and tells why', async () => {
    const told: string[] = [];
    const failed = ({ message }: Error) => void told.push(message);
    expect([await orNull(Promise.reject(new Error('broken')), failed), await orNull(never, failed, 5)]).toEqual([null, null]);
    expect(told).toEqual(['broken', 'no answer within 5 ms']);
  });
});

describe('endedWithin', () => {
  it('is true for work that ended, also badly', async () => {
    expect(await endedWithin(Promise.resolve(), 1_000)).toBe(true);
    expect(await endedWithin(Promise.reject(new Error('broken')), 1_000)).toBe(true);
  });

  it('is false for work that goes on', async () => {
    expect(await endedWithin(never, 5)).toBe(false);
  });
});
