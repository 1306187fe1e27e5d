import { describe, expect, it } from '@jest/globals';
import { edited, isUnchanged, UNCHANGED, type ToolChange } from './tool-change.js';

const known: ToolChange = {
  enabled: false,
  name: 'n',
  title: 't',
  description: '',
  fixed: new Map([
    ['a', '1'],
    ['b', '2'],
  ]),
};

describe('an edit of a change', () => {
  it('leaves what it does not name', () => {
    expect(edited(known, {})).toEqual(known);
    expect(edited(known, { title: 'u' })).toEqual({ ...known, title: 'u' });
  });

  it('takes back what it says null of', () => {
    expect(edited(known, { enabled: null, name: null, title: null, description: null, fixed: null })).toEqual(UNCHANGED);
  });

  it('fixes and frees the arguments it names', () => {
    const fixed = new Map([
      ['a', null],
      ['b', '3'],
      ['c', '4'],
    ]);
    expect([...edited(known, { fixed }).fixed]).toEqual([
      ['b', '3'],
      ['c', '4'],
    ]);
  });

  it('never loses constants that cannot be read without a word', () => {
    const unread = { ...known, fixed: new Map(), problem: 'Unreadable.' };
    expect(() => edited(unread, { enabled: true })).toThrow('Unreadable.');
    expect(edited(unread, { fixed: new Map([['a', '1']]) })).toEqual({ ...known, fixed: new Map([['a', '1']]) });
    expect(edited(unread, { fixed: null })).toEqual({ ...known, fixed: new Map() });
  });
});

it('nothing is left of a change that has nothing', () => {
  expect(isUnchanged(UNCHANGED)).toBe(true);
  expect(isUnchanged(edited(known, { enabled: true, name: null, title: null, fixed: null }))).toBe(false);
  for (const edit of [{ enabled: false }, { name: 'x' }, { title: 'x' }, { description: '' }, { fixed: new Map([['a', '1']]) }])
    expect(isUnchanged(edited(UNCHANGED, edit))).toBe(false);
});
