import { describe, expect, it } from '@jest/globals';
import { known, room } from './known';

describe('a number of the page Health', () => {
  it('has its unit', () => {
    expect([known(1, 'session'), known(0, 'session'), known(1_200, 'session')]).toEqual([
      '1 session',
      '0 sessions',
      '1,200 sessions',
    ]);
  });

  it('is said not to be known where it is not, and is no 0 then', () => {
    expect([known(null, 'session'), known(undefined, 'session'), room(null)]).toEqual(Array(3).fill('not known'));
  });

  it('is of gigabytes for a disk, finer where there are few', () => {
    expect(room({ free_bytes: 1_240_000_000, total_bytes: 500_400_000_000 })).toBe('1.2 GB of 500 GB free');
    expect(room({ free_bytes: 0, total_bytes: 0 })).toBe('0 GB of 0 GB free');
  });
});
