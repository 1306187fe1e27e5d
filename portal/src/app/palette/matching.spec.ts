import { describe, expect, it } from '@jest/globals';
import { matches, matching } from './matching';

describe('What is looked for', () => {
  it.each([
    ['API keys', 'keys api', true],
    ['API keys', 'KEY', true],
    ['API keys', '', true],
    ['API keys', 'keys tools', false],
  ])('in %j with %j', (text, wanted, is) => expect(matches(text, wanted)).toBe(is));

  it('is found by its title first, and by further words', () => {
    const all = [
      { title: 'Make a key' },
      { title: 'Keys of all users' },
      { title: 'Overview', words: 'key figures' },
      { title: 'Usage' },
    ];
    expect(matching(all, 'key').map(({ title }) => title)).toEqual(['Keys of all users', 'Make a key', 'Overview']);
  });
});
