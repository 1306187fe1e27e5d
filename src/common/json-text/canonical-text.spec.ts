import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalText } from './canonical-text.js';

describe('canonicalText', () => {
  it.each([
    ['{"a":1,"b":[2,{"c":"\\"3"}]}', ' { "b" : [ 2 , {"c":"\\"3"} ],\n"a":1}'],
    ['{"a":9007199254740993,"b":9007199254740992}', '{"b":9007199254740992,"a":9007199254740993}'],
    ['"é"', '"\\u00e9"'],
    ['[true,null]', '[ true , null ]'],
  ])('is one for %s and %s', (one, other) => {
    expect(canonicalText(one)).toBe(canonicalText(other));
  });

  it.each([
    ['9007199254740992', '9007199254740993'],
    ['{"a":9007199254740993,"b":9007199254740992}', '{"a":9007199254740992,"b":9007199254740993}'],
    ['{"a":9007199254740993,"b":9007199254740992}', '{"b":9007199254740993,"a":9007199254740992}'],
    ['[1e400]', '[2e400]'],
    ['[1e400]', '[null]'],
    ['[0]', '[-0]'],
    ['[1]', '[1.0]'],
    ['[1]', '["1"]'],
    ['["1"]', '["\'1"]'],
    ['[1,2]', '[2,1]'],
    ['{"a":null}', '{}'],
  ])('is another for %s and %s', (one, other) => {
    expect(canonicalText(one)).not.toBe(canonicalText(other));
  });

  it('is one however a value is written', () => {
    fc.assert(fc.property(fc.json(), (json) => canonicalText(JSON.stringify(JSON.parse(json), null, 1)) === canonicalText(json)));
  });
});
