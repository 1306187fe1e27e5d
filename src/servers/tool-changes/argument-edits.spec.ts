import { describe, expect, it } from '@jest/globals';
import { argumentEdits } from './argument-edits.js';

describe('what a body says of arguments', () => {
  it('is the text of each constant, or that it is free', () => {
    const body =
      '{"enabled":true,"arguments":{"a":{"value":9007199254740993},"b":null,"c":{ "value" : null },"__proto__":{"value":[1.0]}}}';
    expect([...argumentEdits(body)]).toEqual([
      ['a', '9007199254740993'],
      ['b', null],
      ['c', 'null'],
      ['__proto__', '[1.0]'],
    ]);
    expect(argumentEdits('{"arguments":{}}').size).toBe(0);
  });

  it.each([
    ['7', ['a'], 'must be null, or an object with a value'],
    ['["value"]', ['a'], 'must be null, or an object with a value'],
    ['{}', ['a', 'value'], 'field required'],
    ['{"value":1,"vlaue":2}', ['a', 'vlaue'], 'unknown field'],
  ])('is neither %s', (said, path, msg) => {
    const detail = [{ loc: ['body', 'arguments', ...path], msg, type: 'value_error' }];
    expect(() => argumentEdits(`{"arguments":{"a":${said}}}`)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', extras: { detail } }),
    );
  });

  it('has no name that is longer than any', () => {
    expect(() => argumentEdits(`{"arguments":{"${'x'.repeat(201)}":{"value":1}}}`)).toThrow('at most 200 characters');
  });
});
