import { leastCpuMs, QUICK_MS } from '../../../../../test/support/cpu-time';
import { wordDiff, type Piece } from './word-diff';

const side = (pieces: readonly Piece[], without: Piece['kind']) =>
  pieces.flatMap(({ kind, text }) => (kind === without ? [] : [text])).join('');
const marked = (before: string, after: string) =>
  wordDiff(before, after).map(({ kind, text }) => ({ same: text, gone: `[-${text}-]`, new: `[+${text}+]` })[kind]);

describe('the difference of two texts', () => {
  it('marks words that are new, gone or changed', () => {
    expect(marked('Lists files.', 'Lists all files.').join('')).toBe('Lists [+all +]files.');
    expect(marked('Lists all files.', 'Lists files.').join('')).toBe('Lists [-all -]files.');
    expect(marked('a b c', 'a x c').join('')).toBe('a [-b-][+x+] c');
  });

  it('is nothing where nothing has changed, and everything where one is empty', () => {
    expect(marked('same', 'same')).toEqual(['same']);
    expect(marked('', 'new words')).toEqual(['[+new words+]']);
    expect(marked('old', '')).toEqual(['[-old-]']);
    expect(wordDiff('', '')).toEqual([]);
  });

  it('sees characters that nobody sees', () => {
    expect(marked('a b', 'a\u200b b').join('')).toBe('a[+\u200b+] b');
  });

  it('has both texts whole, whatever they are', () => {
    let seed = 7;
    const random = (below: number) => (seed = (seed * 16_807) % 2_147_483_647) % below;
    const text = () => Array.from({ length: random(40) }, () => 'ab .\n'[random(5)]).join('');
    for (let turn = 0; turn < 500; turn++) {
      const [before, after] = [text(), text()];
      const pieces = wordDiff(before, after);
      expect([side(pieces, 'new'), side(pieces, 'gone')]).toEqual([before, after]);
    }
  });

  it('takes no longer for texts that are made to take long', async () => {
    const before = Array.from({ length: 100_000 }, (_, at) => `a${at}`).join(' ');
    const after = Array.from({ length: 100_000 }, (_, at) => `b${at}`).join(' ');
    expect(await leastCpuMs(() => wordDiff(before, after))).toBeLessThan(QUICK_MS);
    const pieces = wordDiff(before, after);
    expect([side(pieces, 'new'), side(pieces, 'gone')]).toEqual([before, after]);
  });
});
