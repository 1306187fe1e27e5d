import { plainText, withoutGaps } from './plain-text';

describe('a text as it is looked at', () => {
  it.each([
    ['a\u200bb', 'a⟦U+200B⟧b'],
    ['\u202eevil', '⟦U+202E⟧evil'],
    ['a\u2066b\u2069', 'a⟦U+2066⟧b⟦U+2069⟧'],
    ['\u{e0041}x', '⟦U+E0041⟧x'],
    ['a\u00a0b', 'a⟦U+00A0⟧b'],
    ['a\rb\u0000', 'a⟦U+000D⟧b⟦U+0000⟧'],
    ['a\ufe0f', 'a⟦U+FE0F⟧'],
    ['\ud800', '⟦U+D800⟧'],
  ])('writes out what nobody sees of %j', (text, shown) => expect(plainText(text)).toBe(shown));

  it('leaves what everybody sees, in any script, and the lines', () => {
    const text = 'Größe, 大小, حجم 🙂\n\tindented';
    expect(plainText(text)).toBe(text);
  });

  it('counts the gaps that would push what follows out of sight, and leaves those of ordinary texts', () => {
    expect(withoutGaps(`a${'\n'.repeat(3_000)}b`)).toBe('a\n⟦3000 line breaks⟧\nb');
    expect(withoutGaps(`a${'\n  '.repeat(10)}b`)).toBe('a\n⟦10 line breaks⟧\n  b');
    expect(withoutGaps(`a${' '.repeat(500)}b`)).toBe('a ⟦500 spaces⟧ b');
    const text = 'a\n\n\nb\n      c';
    expect(withoutGaps(text)).toBe(text);
  });
});
