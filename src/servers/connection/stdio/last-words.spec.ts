import { describe, expect, it } from '@jest/globals';
import { LastWords } from './last-words.js';

const said = (...texts: string[]) => {
  const words = new LastWords();
  for (const text of texts) words.hear(text);
  return words.text((text) => text.replaceAll('s3cret', '…'));
};

describe('The last words of a program', () => {
  it.each([
    [['Error: no such folder\n'], 'Error: no such folder'],
    [['one\n', 'two\nthree'], 'one | two | three'],
    [['1\n2\n3\n4\n5\n6\n7\n'], '3 | 4 | 5 | 6 | 7'],
    [['the key s3cret is wrong\n'], 'the key … is wrong'],
    [[], ''],
    [['\n\n'], ''],
  ])('%j are its last lines: %s', (texts, words) => expect(said(...texts)).toBe(words));

  it('are what is said by a Node program that fails, not where', () => {
    const trace = `node:internal/modules/cjs/loader:1404
  throw err;
  ^

Error: Cannot find module '/srv/x.js'
    at Function._resolveFilename (node:internal/modules/cjs/loader:1401:15)
    at node:internal/main/run_main_module:36:49 {
  code: 'MODULE_NOT_FOUND'
}

Node.js v22.20.0
`;
    expect(said(trace)).toBe("Error: Cannot find module '/srv/x.js' | code: 'MODULE_NOT_FOUND'");
  });

  it.each(['[eval]:1', '/srv/server.js:12', 'file:///srv/server.mjs:12'])(
    'nor does the place that it begins with say anything: %s',
    (place) => {
      expect(said(`${place}\nthrow new Error('full')\n^\n\nError: full\n    at ${place}:7\n\nNode.js v20.20.2\n`)).toBe(
        'Error: full',
      );
    },
  );

  it('are few, however much it says, and no half of a secret', () => {
    expect(said('x'.repeat(100_000), ...Array.from({ length: 100 }, () => `${'y'.repeat(200)}\n`)).length).toBeLessThan(700);
    expect(said('my s3cret\n', `${'at x\n'.repeat(799)}end`)).toBe('end');
  });
});
