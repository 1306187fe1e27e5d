import { describe, expect, it } from '@jest/globals';
import { changedLines } from './changed-lines.js';

const change = (approved: object | null, now: object | null) => ({
  approved_definition: approved && JSON.stringify(approved),
  definition: now && JSON.stringify(now),
});

describe('what has changed of a definition', () => {
  it('stands between what has not', () => {
    const lines = changedLines(change({ name: 'a', b: 1, c: 2 }, { name: 'a', b: 3, d: 4, c: 2 }));
    expect(lines).toEqual(['  {', '    "name": "a",', '-   "b": 1,', '+   "b": 3,', '+   "d": 4,', '    "c": 2', '  }']);
  });

  it.each([
    [null, { a: 1 }, ['+ {', '+   "a": 1', '+ }']],
    [{ a: 1 }, { a: 1 }, ['  {', '    "a": 1', '  }']],
    [{ a: 1 }, null, ['- {', '-   "a": 1', '- }']],
    [{ a: 1, b: 1 }, { a: 1 }, ['  {', '-   "a": 1,', '-   "b": 1', '+   "a": 1', '  }']],
  ])('is all that there is: %j, %j', (approved, now, lines) => {
    expect(changedLines(change(approved, now))).toEqual(lines);
  });

  it('cannot hide: signs that are not seen are', () => {
    expect(changedLines(change(null, { a: '\u{e0041}\u202e\u009b\u3164\u115f\ufe0f\u034f' }))[1]).toBe(
      '+   "a": "\\u{e0041}\\u{202e}\\u{9b}\\u{3164}\\u{115f}\\u{fe0f}\\u{34f}"',
    );
  });

  it('counts to the last digit', () => {
    const texts = { approved_definition: '{"a":9007199254740992}', definition: '{"a":9007199254740993}' };
    expect(changedLines(texts)).toEqual(['  {', '-   "a": 9007199254740992', '+   "a": 9007199254740993', '  }']);
  });

  it('is laid out as JSON is', () => {
    const value = { b: [], c: {}, d: [1, { e: [null, true] }, 'x'], f: { g: '"\n' } };
    expect(changedLines(change(value, value))).toEqual(
      JSON.stringify(value, null, 2)
        .split('\n')
        .map((line) => `  ${line}`),
    );
  });
});
