import { describe, expect, it } from '@jest/globals';
import { changedParts, changedText } from './tool-changes-text.js';

describe('what is changed of a tool, in words', () => {
  it.each([
    ['nothing', {}, '', 'look is as its server has it.'],
    ['that it is off', { enabled: false }, 'off', 'look is switched off.'],
    ['its new name', { name: 'see' }, 'name', 'look is called see.'],
    ['the names of fixed arguments, and no values', { arguments: { key: { value: 1 } } }, 'arguments', 'look has fixed key.'],
    [
      'why it cannot be called',
      { title: 'x', problem: 'It cannot be read.' },
      'title, broken',
      'look has another title, cannot be called.\nIt cannot be read.',
    ],
    ['nothing that a terminal would obey', { arguments: { '\u001b[2J': {} } }, 'arguments', 'look has fixed \\u{1b}[2J.'],
  ])('has %s', (_, changes, parts, words) => {
    expect([changedParts(changes), changedText('look', changes)]).toEqual([parts, words]);
  });
});
