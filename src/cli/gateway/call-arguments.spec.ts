import { describe, expect, it } from '@jest/globals';
import { argumentsFromJson, argumentsFromPairs, isAmbiguous } from './call-arguments.js';
import { CliFailure } from '../terminal/cli-failure.js';

const schema = {
  properties: {
    name: { type: 'string' },
    count: { type: 'integer' },
    fields: { type: 'array' },
    either: { type: ['string', 'null'] },
  },
};

describe('the arguments of a call', () => {
  it.each([
    [['name=Alice'], { name: 'Alice' }],
    [['name=12', 'count=12'], { name: '12', count: 12 }],
    [['name=a=b', 'either=null'], { name: 'a=b', either: 'null' }],
    [['fields=["open","close"]'], { fields: ['open', 'close'] }],
    [['name='], { name: '' }],
    [['unknown=text', 'other=true'], { unknown: 'text', other: true }],
    [['count=many'], { count: 'many' }],
    [[], {}],
  ])('%j are %j', (pairs, args) => {
    expect(argumentsFromPairs(pairs, schema)).toEqual(args);
  });

  it.each([
    ['name=Alice', false],
    ['name=12', true],
    ['name="Alice"', true],
    ['fields=["open"]', true],
    ['on=true', true],
    ['either=null', false],
    ['date=2008-09-15', false],
    ['name=', false],
  ])('%s needs the schema: %s', (pair, needed) => {
    expect(isAmbiguous(pair)).toBe(needed);
    const asText = argumentsFromPairs([pair], { properties: { name: { type: 'string' } } });
    if (!needed) expect(argumentsFromPairs([pair], {})).toEqual(asText);
  });

  it.each(['Alice', '=Alice', ''])('%j is no pair', (pair) => {
    expect(() => argumentsFromPairs([pair], schema)).toThrow(CliFailure);
  });

  it.each(['[1]', 'null', '"text"', '{', '1'])('%s is no object', (text) => {
    expect(() => argumentsFromJson(text)).toThrow(CliFailure);
  });
});
