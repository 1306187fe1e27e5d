import { describe, expect, it } from '@jest/globals';
import { canonicalJson, jsonObject } from './json.js';

describe('canonicalJson', () => {
  it('is the same for members in another order, at any depth', () => {
    expect(canonicalJson({ b: [{ y: 1, x: 2 }], a: null })).toBe(canonicalJson({ a: null, b: [{ x: 2, y: 1 }] }));
  });

  it('keeps the order of arrays, which means something', () => {
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
  });

  it('tells values of different types apart', () => {
    expect(canonicalJson({ a: '1' })).not.toBe(canonicalJson({ a: 1 }));
    expect(canonicalJson({ a: null })).not.toBe(canonicalJson({}));
  });
});

describe('An object of members that are JSON', () => {
  it.each([
    [{}, '{}'],
    [{ a: '1', 'b"': '[{}]', c: undefined }, '{"a":1,"b\\"":[{}]}'],
    [{ a: undefined, b: '"x"' }, '{"b":"x"}'],
  ])('of %j is %s', (members, json) => expect(jsonObject(members)).toBe(json));
});
