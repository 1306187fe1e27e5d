import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createToken, displayPrefix, parseToken, type TokenPrefix } from './api-key-token.js';

const prefix = fc.constantFrom<TokenPrefix>('sk-', 'mcp_');
const token = prefix.map((value) => createToken(value).token);

describe('An API key token', () => {
  it('has the prefix and 50 base62 characters, and is read back', () => {
    fc.assert(
      fc.property(prefix, (value) => {
        const created = createToken(value);
        expect(created.token).toMatch(new RegExp(`^${value}[0-9A-Za-z]{50}$`));
        expect(parseToken(created.token)).toEqual({ prefix: value, tokenId: created.tokenId });
        expect(created.tokenId).toHaveLength(12);
      }),
    );
  });

  it('is refused after any change of one character', () => {
    const change = fc.record({ token, at: fc.nat(53), to: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }) });
    fc.assert(
      fc.property(change, ({ token, at, to }) => {
        fc.pre(at < token.length && token[at] !== to);
        expect(parseToken(token.slice(0, at) + to + token.slice(at + 1))).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it('is refused when two neighbours change places, a character is missing, or one is added', () => {
    fc.assert(
      fc.property(token, fc.nat(51), (token, at) => {
        const [left, right] = [token[at]!, token[at + 1]!];
        if (left !== right) expect(parseToken(token.slice(0, at) + right + left + token.slice(at + 2))).toBeUndefined();
        expect(parseToken(token.slice(0, at) + token.slice(at + 1))).toBeUndefined();
        expect(parseToken(`${token.slice(0, at)}a${token.slice(at)}`)).toBeUndefined();
      }),
    );
  });

  it('is never read from arbitrary text, nor with white space around it', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(parseToken(text)).toBeUndefined()));
    for (const text of ['', 'sk-', `${createToken('sk-').token}\n`, ` ${createToken('sk-').token}`])
      expect(parseToken(text)).toBeUndefined();
  });

  it('has a checksum of fixed width over all before it, prefix included', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(sk-|mcp_)[0-9A-Za-z]{44}$/), (body) => {
        expect(reference(body)).toHaveLength(6);
        expect(parseToken(body + reference(body))).toBeDefined();
      }),
    );
  });

  it('draws every letter equally often', () => {
    const counts = new Map<string, number>();
    const drawn = Array.from({ length: 3_000 }, () => createToken('sk-').token.slice(3, 47)).join('');
    for (const letter of drawn) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    const expected = drawn.length / 62;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(counts.size).toBe(62);
    expect(chiSquare).toBeLessThan(140); // 61 degrees of freedom: exceeded by chance once in a hundred million
  });

  it('shows none of its secret in the display prefix', () => {
    const { token, tokenId } = createToken('mcp_');
    expect(displayPrefix(token)).toBe(`mcp_${tokenId.slice(0, 8)}`);
  });
});

/** The checksum, written down a second time from its definition (CRC-32, reflected, polynomial 0xEDB88320). */
function reference(text: string): string {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let rest = BigInt((crc ^ 0xffffffff) >>> 0);
  let checksum = '';
  for (let place = 0; place < 6; place += 1, rest /= 62n) checksum = letters[Number(rest % 62n)] + checksum;
  return checksum;
}
