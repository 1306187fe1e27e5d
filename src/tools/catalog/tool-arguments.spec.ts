import { describe, expect, it } from '@jest/globals';
import { compileArguments } from './tool-arguments.js';

const check = compileArguments({
  type: 'object',
  additionalProperties: false,
  required: ['symbol'],
  properties: {
    symbol: { type: 'string', maxLength: 5 },
    limit: { type: 'integer', minimum: 1, maximum: 10, default: 3 },
    period: { enum: ['day', 'week'] },
    day: { type: 'string', format: 'date' },
    filter: { type: 'object', additionalProperties: false, required: ['field'], properties: { field: { type: 'string' } } },
  },
});

it('compiles old drafts, and several schemas of one $id', () => {
  const old = { $schema: 'http://json-schema.org/draft-07/schema#', $id: 'same', definitions: { name: { type: 'string' } } };
  for (let time = 0; time < 2; time += 1) {
    const check = compileArguments({ ...old, type: 'object', properties: { name: { $ref: '#/definitions/name' } } });
    expect([check({ name: 'a' }), check({ name: 1 })]).toEqual([undefined, expect.stringContaining('name')]);
  }
});

describe('compileArguments', () => {
  it('accepts what the schema allows and fills in defaults', () => {
    const args = { symbol: 'MSFT' };
    expect(check(args)).toBeUndefined();
    expect(args).toEqual({ symbol: 'MSFT', limit: 3 });
  });

  it('takes null for missing, unless the schema takes it', () => {
    const args = { symbol: 'MSFT', limit: null, period: null, day: null };
    expect(check(args)).toBeUndefined();
    expect(args).toEqual({ symbol: 'MSFT', limit: 3 });
    const items = {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: ['integer', 'null'] }, c: { enum: [1, null] } },
    };
    const nested = compileArguments({ type: 'object', properties: { list: { type: 'array', items }, any: {} } });
    const deep = { list: [{ a: null, b: null, c: null }], any: null };
    expect(nested(deep)).toBeUndefined();
    expect(deep).toEqual({ list: [{ b: null, c: null }], any: null });
  });

  it.each([
    [{}, '"symbol" is required'],
    [{ symbol: null }, '"symbol" is required'],
    [{ symbol: 'A', colour: null }, '"colour" is not a known argument'],
    [{ symbol: 'A', filter: { field: null } }, '"filter.field" is required'],
    [{ symbol: 1 }, '"symbol" must be string'],
    [{ symbol: 'TOOLONG' }, '"symbol" must NOT have more than 5 characters'],
    [{ symbol: 'A', limit: 11 }, '"limit" must be <= 10'],
    [{ symbol: 'A', colour: 'red' }, '"colour" is not a known argument'],
    [{ symbol: 'A', period: 'year' }, '"period" must be one of: day, week'],
    [{ symbol: 'A', day: '2001-02-30' }, '"day" must match format "date"'],
    [{ symbol: 'A', filter: {} }, '"filter.field" is required'],
    [JSON.parse('{"symbol":"A","__proto__":{}}'), '"__proto__" is not a known argument'],
  ])('refuses %j and says %s', (args, problem) => {
    expect(check(args as Record<string, unknown>)).toBe(problem);
  });
});
