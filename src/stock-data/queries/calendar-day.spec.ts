import { describe, expect, it } from '@jest/globals';
import { isCalendarDay, parseDay } from './calendar-day.js';

describe('parseDay', () => {
  it.each([
    ['2001-02-03', '2001-02-03'],
    ['2001-02-03T00:00:00.000Z', '2001-02-03'],
    ['2001-02-03 00:00:00', '2001-02-03'],
    ['2001/02/03', '2001-02-03'],
    ['20010203', '2001-02-03'],
    ['Feb 3 2001', '2001-02-03'],
    ['Feb 03, 2001', '2001-02-03'],
    ['2000-02-29', '2000-02-29'],
    ['1900-01-01', '1900-01-01'],
    ['2299-12-31', '2299-12-31'],
  ])('reads %s as %s', (text, day) => expect(parseDay(text)).toBe(day));

  it.each([
    '',
    'today',
    '2001-02-30',
    '1900-02-29',
    '2001-13-01',
    '2001-00-01',
    '03/02/2001',
    '3.2.2001',
    '2001-2-3',
    '2001-02-03T10:00:00Z',
    'Foo 3 2001',
    'Feb 30 2001',
    '1899-12-31',
    '2300-01-01',
    '0000-01-01',
  ])('does not read %p', (text) => expect(parseDay(text)).toBeUndefined());
});

describe('isCalendarDay', () => {
  it('is for YYYY-MM-DD only', () => {
    expect(['2001-02-28', '2001-02-30', '20010228', "2001-02-28' OR 1"].map(isCalendarDay)).toEqual([true, false, false, false]);
  });
});
