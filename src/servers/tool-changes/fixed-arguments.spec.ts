import { describe, expect, it } from '@jest/globals';
import { ToolInputError } from '../../tools/source/tool-source.js';
import { FixedArguments } from './fixed-arguments.js';

const fixed = new FixedArguments(
  new Map([
    ['tenant', '9007199254740993'],
    ['odd "name"', '{"b":1.0,"a":null}'],
  ]),
  'crm__find',
);
const before = (json: string) => fixed.before({ args: JSON.parse(json) as Record<string, unknown>, json });
const CONSTANTS = '"tenant":9007199254740993,"odd \\"name\\"":{"b":1.0,"a":null}';

describe('arguments that are fixed', () => {
  it.each([
    ['{}', '}'],
    ['{ }', ' }'],
    ['{"q":1.0}', ',"q":1.0}'],
    ['{ "q" : 18446744073709551615 , "q":2 }', ', "q" : 18446744073709551615 , "q":2 }'],
    ['{"\\u0071":"}","__proto__":{"tenant":1}}', ',"\\u0071":"}","__proto__":{"tenant":1}}'],
  ])('stand before what the caller wrote, which stays to the letter: %s', (given, rest) => {
    const { json, args } = before(given);
    expect(json).toBe(`{${CONSTANTS}${rest}`);
    expect(JSON.parse(json)).toMatchObject({ 'odd "name"': { b: 1, a: null } });
    expect(args).toMatchObject({ 'odd "name"': { b: 1, a: null } });
  });

  it.each(['{"tenant":1}', '{"q":1,"tenant":null}', '{"\\u0074enant":1}', '{"tenant":1,"tenant":2}', '{"odd \\"name\\"":0}'])(
    'are unknown to callers, however they are written: %s',
    (given) => {
      expect(() => before(given)).toThrow(ToolInputError);
      expect(() => before(given)).toThrow(/^Invalid arguments for crm__find: "(tenant|odd "name")" is not a known argument\.$/);
    },
  );

  it('are unknown in any case, but for an argument that callers have', () => {
    expect(() => before('{"Tenant":1}')).toThrow(ToolInputError);
    const other = new FixedArguments(new Map([['tenant', '7']]), 'crm__find', ['TENANT']);
    const json = '{"TENANT":8}';
    expect(other.before({ args: JSON.parse(json) as Record<string, unknown>, json }).json).toBe('{"tenant":7,"TENANT":8}');
    expect(() => other.before({ args: {}, json: '{"tEnant":8}' })).toThrow(ToolInputError);
  });

  it('are refused where only the text has them', () => {
    expect(() => fixed.before({ args: {}, json: '{"tenant":null}' })).toThrow(ToolInputError);
  });
});
