import { describe, expect, it } from '@jest/globals';
import { leastCpuMs, QUICK_MS } from '../../test/support/cpu-time.js';
import { shownWords } from './shown-words.js';

describe('Words of a stranger are shown', () => {
  it.each([
    ['as they are', 'The disk is full: “/data” (90 %) 🚀', 'The disk is full: “/data” (90 %) 🚀'],
    ['in one line, with nothing that a terminal obeys', 'a\u001b[31mb\u0007\r\nc\0d', 'a [31mb   c d'],
    ['in the order in which they are read', 'safe\u202egnp.exe\u2066x', 'safe gnp.exe x'],
    ['without halves of characters', 'a\ud800b', 'a\ufffdb'],
    ['with what is named as a secret masked', 'token=abc123 x', 'token=… x'],
    ['with what looks like a secret masked', 'a Bearer abcdef0123456789ABCDEF b', 'a Bearer abcdef0… b'],
  ])('%s', (_, text, shown) => {
    expect(shownWords(text)).toBe(shown);
  });

  it('at most 2 000 characters of them, in little time, and no part of a secret that goes beyond', async () => {
    const words = shownWords(`${'x '.repeat(990)}Bearer abcdef0123456789ABCDEF ${'y'.repeat(10_000_000)}`);
    expect(words).toHaveLength(2_000);
    expect(words).not.toContain('0123');
    expect(await leastCpuMs(() => shownWords('Bearer a\u0007'.repeat(1_000_000)))).toBeLessThan(QUICK_MS);
  });
});
