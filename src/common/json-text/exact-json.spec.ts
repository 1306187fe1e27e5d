import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalText, exactJson } from './exact-json.js';
import { leastCpuMs, QUICK_MS } from '../../../test/support/cpu-time.js';

const canonical = (json: string) => canonicalText(exactJson(json));

describe('a canonical text', () => {
  it.each([
    ['1', '1.0'],
    ['100', '1e2'],
    ['-0', '0'],
    ['0.0e7', '0'],
    ['0.50', '5e-1'],
    ['1E+400', '10e399'],
    ['1e99999999999999999999', '10e99999999999999999998'],
    ['{"b":1,"a":"\\u00e9"}', ' {"a":"é", "b":1.0} '],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['"1"', '"\\u0031"'],
  ])('is the same for %s and %s', (one, other) => {
    expect(canonical(one)).toBe(canonical(other));
  });

  it.each([
    ['9007199254740993', '9007199254740992'],
    ['1', '"1"'],
    ['1', '-1'],
    ['0.1', '0.10000000000000001'],
    ['"n1"', '1'],
    ['"t"', '""'],
    ['[1,2]', '[2,1]'],
    ['[12]', '[1,2]'],
    ['{"a":null}', '{}'],
    ['{"__proto__":1}', '{}'],
    ['true', '"true"'],
  ])('is not the same for %s and %s', (one, other) => {
    expect(canonical(one)).not.toBe(canonical(other));
  });

  it('is made in linear time, whatever is in an exponent', async () => {
    const json = `[1e${'9'.repeat(4_000_000)},1e-${'9'.repeat(1_000)}]`;
    expect(await leastCpuMs(() => canonical(json))).toBeLessThan(QUICK_MS);
  });

  it('is one for each value there is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const read = JSON.parse(canonical(JSON.stringify(value))) as unknown;
        expect(read).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
