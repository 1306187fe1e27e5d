import { describe, expect, it } from '@jest/globals';
import { chosenPins } from './chosen-pins.js';

const [first, second] = ['a1b2c3d4'.repeat(8), 'e5f6a7b8'.repeat(8)];
const tool = { kind: 'tool', name: 'look', pin: first };
const prompt = { kind: 'prompt', name: 'look', pin: second };
const odd = { kind: 'tool', name: `look@${first}`, pin: second };
const waiting = [tool, prompt, odd];

describe('what is chosen for approval', () => {
  it.each([
    ['by name is all of that name, unseen', ['look'], [tool, prompt], [tool, prompt]],
    ['by name and pin is that alone, seen', ['look@a1b2c3d4a1b2'], [tool], []],
    ['by the whole pin is that too', [`look@${second}`], [prompt], []],
    ['by a pin is never something whose name looks like it', [`look@${first}`], [tool], []],
    ['has its pin behind its own name', [`look@${first}@e5f6a7b8`], [odd], []],
  ])('%s', (_, named, chosen, unseen) => {
    expect(chosenPins(named, waiting)).toEqual({ chosen, unseen });
  });

  it.each([
    ['look@00000000', 'another pin by now'],
    ['none', 'Nothing that is called "none" waits'],
    ['look@a1b2c3', 'Nothing that is called "look@a1b2c3" waits'],
  ])('is nothing else: %s', (named, words) => {
    expect(() => chosenPins([named], waiting)).toThrow(words);
  });
});
