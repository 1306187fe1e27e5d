import { describe, expect, it } from '@jest/globals';
import { leastCpuMs, QUICK_MS } from '../../../test/support/cpu-time.js';
import fc from 'fast-check';
import { UriTemplate } from './uri-template.js';

describe('UriTemplate', () => {
  const template = new UriTemplate('symbol://{symbol}');

  it.each(['AAPL', '^GSPC', 'BRK.B', 'a b/c'])('finds %s again in the address it makes of it', (symbol) => {
    expect(template.valueIn(template.with(symbol))).toBe(symbol);
  });

  it('finds any value again', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(fc.property(text, (value) => expect(template.valueIn(template.with(value))).toBe(value)));
  });

  it.each(['symbol://', 'symbol://a/b', 'symbol://a?b', 'dataset://a', 'xsymbol://a', 'symbol://%zz'])(
    'does not take %s for one of its addresses',
    (uri) => expect(template.valueIn(uri)).toBeUndefined(),
  );

  it('takes the rest of the pattern as it stands', () => {
    expect(new UriTemplate('test://a.b/{id}/data').valueIn('test://a.b/1/data')).toBe('1');
    expect(new UriTemplate('test://a.b/{id}/data').valueIn('test://axb/1/data')).toBeUndefined();
  });

  it.each([
    ['repo://{owner}/{repo}', 'repo://me/it', true],
    ['repo://{owner}/{repo}', 'repo://me/it/src', false],
    ['repo://{owner}-{repo}', 'repo://a-b-c', true],
    ['repo://{owner}/{repo}/contents{/path*}', 'repo://me/it/contents/src/main.ts', true],
    ['repo://{owner}/{repo}/contents{/path*}', 'repo://me/it/contents', false],
    ['repo://x{/path}', 'repo://x/a', true],
    ['repo://x{/path}', 'repo://x/a/b', false],
    ['file://{+path}', 'file:///srv/a/b.txt?x#y', true],
    ['file://{+path}/{name}', 'file:///srv/a/b.txt', true],
    ['file://{+path}/{name}', 'file:///srv/a/', false],
    ['find://{table}{?q,limit}', 'find://notes?q=a&limit=2', true],
    ['find://{table}{?q,limit}', 'find://notes?limit=2', true],
    ['find://{table}{?q,limit}', 'find://notes', true],
    ['find://{table}?lang=en{&q}', 'find://notes?lang=en&q=a', true],
    ['page://{name}{#part}', 'page://a#b', true],
    ['file://{name}{.ext}', 'file://a.tar.gz', true],
    ['pair://{a,b}', 'pair://1,2', true],
    ['note://all', 'note://all', true],
    ['note://all', 'note://all/', false],
    ['{x}', 'anything', true],
  ])('%s and %s: %s', (text, uri, isMatch) => expect(new UriTemplate(text).matches(uri)).toBe(isMatch));

  it.each(['a://{x', 'a://{}', 'a://{+}', '{a}'.repeat(21), `a://${'x'.repeat(2_000)}`])('is not made of %s', (text) => {
    expect(() => new UriTemplate(text)).toThrow(Error);
  });

  it('takes no longer for a pattern that would make a regular expression backtrack', async () => {
    const hostile = new UriTemplate(`${'{+a}x'.repeat(10)}y`);
    expect(hostile.matches('x'.repeat(8_192))).toBe(false);
    expect(await leastCpuMs(() => hostile.matches('x'.repeat(8_192)))).toBeLessThan(QUICK_MS);
    expect(new UriTemplate('{+a}').matches('x'.repeat(8_193))).toBe(false);
  });
});
