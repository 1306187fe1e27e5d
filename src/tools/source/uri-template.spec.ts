import { describe, expect, it } from '@jest/globals';
import { UriTemplate } from './uri-template.js';

describe('UriTemplate', () => {
  const template = new UriTemplate('symbol://{symbol}');

  it.each(['AAPL', '^GSPC', 'BRK.B', 'a b/c'])('finds %s again in the address it makes of it', (symbol) => {
    expect(template.valueIn(template.with(symbol))).toBe(symbol);
  });

  it.each(['symbol://', 'symbol://a/b', 'symbol://a?b', 'dataset://a', 'xsymbol://a', 'symbol://%zz'])(
    'does not take %s for one of its addresses',
    (uri) => expect(template.valueIn(uri)).toBeUndefined(),
  );

  it('takes the rest of the pattern as it stands', () => {
    expect(new UriTemplate('test://a.b/{id}/data').valueIn('test://a.b/1/data')).toBe('1');
    expect(new UriTemplate('test://a.b/{id}/data').valueIn('test://axb/1/data')).toBeUndefined();
  });
});
