import { describe, expect, it } from '@jest/globals';
import { forecastOf, nextRefill } from './forecast';

const now = Date.UTC(2026, 10, 10);
const refillAt = Date.UTC(2026, 11, 1);

describe('Credits at the pace of the last days', () => {
  it('last until a day before new ones come', () => {
    const forecast = forecastOf({ balance: 20, spent: 35, days: 7, now, refillAt });
    expect(forecast).toEqual({ kind: 'until', perDay: 5, at: Date.UTC(2026, 10, 14) });
  });

  it('last until new ones come, with some left', () => {
    expect(forecastOf({ balance: 50, spent: 7, days: 7, now, refillAt })).toEqual({ kind: 'refill', perDay: 1, left: 29 });
  });

  it('are at their end where none is left, also where some are owed', () => {
    expect(forecastOf({ balance: -3, spent: 7, days: 7, now, refillAt })).toEqual({ kind: 'until', perDay: 1, at: now });
  });

  it('have no end where none is used', () => {
    expect(forecastOf({ balance: 0, spent: 0, days: 7, now, refillAt })).toEqual({ kind: 'unused' });
  });

  it('of a new account are those of its first day, not of a part of it', () => {
    expect(forecastOf({ balance: 100, spent: 4, days: 0.1, now, refillAt })).toMatchObject({ perDay: 4 });
  });
});

it.each([
  [Date.UTC(2026, 10, 30, 23, 59), Date.UTC(2026, 11, 1)],
  [Date.UTC(2026, 11, 1), Date.UTC(2027, 0, 1)],
])('A new month begins with its first day in UTC', (at, expected) => expect(nextRefill(at)).toBe(expected));
