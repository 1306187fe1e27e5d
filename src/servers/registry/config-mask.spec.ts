import { describe, expect, it } from '@jest/globals';
import { MASK } from '../../common/secrets/mask-text.js';
import { maskConfig } from './config-mask.js';

const masked = (properties: object, config: Record<string, unknown>) => maskConfig({ type: 'object', properties }, config);

describe('A config in an answer', () => {
  it('shows what the schema describes', () => {
    const config = { path: '/data', depth: 2, tags: ['a'], nested: { on: true } };
    const properties = { path: {}, depth: {}, tags: { items: {} }, nested: { properties: { on: {} } } };
    expect(masked(properties, config)).toEqual(config);
  });

  it.each([
    ['writeOnly', { writeOnly: true }, 'secret'],
    ['of format password', { format: 'password' }, 'secret'],
    ['in an alternative', { anyOf: [{ type: 'null' }, { writeOnly: true }] }, 'secret'],
    ['behind a reference', { $ref: '#/$defs/token' }, 'secret'],
    ['an object', { writeOnly: true }, { a: 'secret' }],
  ])('hides what is %s', (_, schema, value) => {
    expect(masked({ key: schema }, { key: value })).toEqual({ key: MASK });
  });

  it('hides secrets inside of objects, lists and further properties', () => {
    const secret = { type: 'string', writeOnly: true };
    expect(masked({ headers: { additionalProperties: secret } }, { headers: { A: 'secret' } })).toEqual({ headers: { A: MASK } });
    expect(masked({ keys: { items: secret } }, { keys: ['secret'] })).toEqual({ keys: [MASK] });
    expect(maskConfig({ patternProperties: { '^k': secret } }, { key: 'secret' })).toEqual({ key: MASK });
    expect(maskConfig({ allOf: [{ properties: { key: secret } }] }, { key: 'secret' })).toEqual({ key: MASK });
  });

  it('hides what the schema does not speak of, and everything when there is no schema', () => {
    expect(masked({ a: {} }, { a: 1, b: 'secret', __proto__: {} })).toEqual({ a: 1, b: MASK });
    expect(maskConfig(undefined, { a: 'secret' })).toEqual({ a: MASK });
    expect(maskConfig({ additionalProperties: true }, { constructor: 'secret' })).toEqual({ constructor: MASK });
  });
});
