import { describe, expect, it } from '@jest/globals';
import { expiryAt, expiryInDays } from './key-expiry.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('The expiry of a key', () => {
  it('is never, when none is asked for', () => {
    expect(expiryInDays(undefined, NOW)).toBeNull();
    expect(expiryAt(undefined, NOW)).toBeNull();
  });

  it('is a number of days of 24 hours from now', () => {
    expect(expiryInDays(90, NOW)).toEqual(new Date('2027-02-19T12:00:00Z'));
  });

  it('is read in the zone it states, else in UTC, wherever the server stands', () => {
    expect(expiryAt('2027-01-01', NOW)).toEqual(new Date('2027-01-01T00:00:00Z'));
    expect(expiryAt('2027-01-01T08:00:00', NOW)).toEqual(new Date('2027-01-01T08:00:00Z'));
    expect(expiryAt('2027-01-01T08:00:00+02:00', NOW)).toEqual(new Date('2027-01-01T06:00:00Z'));
  });

  it.each(['2026-11-21T11:59:59Z', '2026-11-21T12:00:00Z', '1970-01-01', '2037-01-01', '2026-W50', 'tomorrow'])(
    'cannot be %s',
    (text) => {
      expect(() => expiryAt(text, NOW)).toThrow(expect.objectContaining({ code: 'VALIDATION_ERROR' }));
    },
  );
});
