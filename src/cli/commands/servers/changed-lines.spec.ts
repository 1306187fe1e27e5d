import { describe, expect, it } from '@jest/globals';
import { changedLines } from './changed-lines.js';

describe('what has changed of a definition', () => {
  it('stands between what has not', () => {
    const lines = changedLines({ approved_definition: { name: 'a', b: 1, c: 2 }, definition: { name: 'a', b: 3, d: 4, c: 2 } });
    expect(lines).toEqual(['  {', '    "name": "a",', '-   "b": 1,', '+   "b": 3,', '+   "d": 4,', '    "c": 2', '  }']);
  });

  it.each([
    [null, { a: 1 }, ['+ {', '+   "a": 1', '+ }']],
    [{ a: 1 }, { a: 1 }, ['  {', '    "a": 1', '  }']],
    [{ a: 1 }, null, ['- {', '-   "a": 1', '- }']],
    [{ a: 1, b: 1 }, { a: 1 }, ['  {', '-   "a": 1,', '-   "b": 1', '+   "a": 1', '  }']],
  ])('is all that there is: %j, %j', (approved_definition, definition, lines) => {
    expect(changedLines({ approved_definition, definition })).toEqual(lines);
  });

  it('cannot hide: signs that are not seen are', () => {
    expect(changedLines({ approved_definition: null, definition: { a: '\u{e0041}\u202e\u009b' } })[1]).toBe(
      '+   "a": "\\u{e0041}\\u{202e}\\u{9b}"',
    );
  });
});
