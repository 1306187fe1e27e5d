import { describe, expect, it } from '@jest/globals';
import { beginningOf } from './beginning-of.js';

describe('the beginning of a text', () => {
  it.each([
    ['abcd', 4, 'abcd'],
    ['abcde', 4, 'abc…'],
    ['ab😀😀', 4, 'ab…'],
    ['a😀😀', 4, 'a😀…'],
    ['', 0, ''],
  ])('%j of at most %i is %j', (text, most, beginning) => {
    expect(beginningOf(text, most)).toBe(beginning);
  });
});
