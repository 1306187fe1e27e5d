import { describe, expect, it } from '@jest/globals';
import { projection } from './projection';

describe('what a price comes to', () => {
  it.each([
    [620, 1, 2, 'At the 620 calls of the last 30 days this earns up to 1,240 credits instead of 620 credits.'],
    [1, 0, 1, 'At the 1 call of the last 30 days this earns up to 1 credit instead of 0 credits.'],
    [5, 2, 2, 'At the 5 calls of the last 30 days this earns up to 10 credits.'],
    [5, null, 2, 'At the 5 calls of the last 30 days this earns up to 10 credits.'],
    [5, 2, undefined, 'It was called 5 times in the last 30 days.'],
    [5, 2, 1.5, 'It was called 5 times in the last 30 days.'],
    [0, 1, 2, 'It was not called in the last 30 days.'],
    [null, 1, 2, 'How often it is called cannot be read right now.'],
  ])('of %p calls at %p now and %p then is in words', (calls, now, price, words) => {
    expect(projection(calls, now, price)).toBe(words);
  });
});
