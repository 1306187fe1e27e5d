import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { USERNAME, usernameFrom } from './username.js';

describe('A user name', () => {
  it.each([
    ['anna.smith@example.com', 'anna.smith'],
    ['anna+news@example.com', 'anna-news'],
    ['"odd one"@example.com', 'odd-one-'],
    ['žluťoučký@example.com', 'lu-ou-k-'],
    ['@', 'user'],
  ])('made from %s is %s', (email, expected) => {
    expect(usernameFrom(email)).toBe(expected);
  });

  it('made from anything is one that could have been chosen', () => {
    fc.assert(fc.property(fc.string(), (email) => USERNAME.test(usernameFrom(email))));
  });
});
