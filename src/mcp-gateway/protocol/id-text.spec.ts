import { describe, expect, it } from '@jest/globals';
import { idTextsIn } from './id-text.js';

describe('idTextsIn', () => {
  it.each([
    ['a long number', '{"id":9007199254740993}', ['9007199254740993']],
    ['a fraction', '{"id" : 1.0 , "method":"x"}', ['1.0']],
    ['text', '{"method":"x","id":"a\\"b"}', ['"a\\"b"']],
    ['the last of two, as JSON.parse does', '{"id":1,"id":2}', ['2']],
    ['a name that is written with escapes', '{"\\u0069d":5}', ['5']],
    ['an id behind others further in', '{"params":{"id":1,"x":[{"id":2}]},"id":3,"m":{"id":4}}', ['3']],
    ['values that look like names', '{"method":"id","x":"\\"id\\":7","id":3}', ['3']],
    ['no id', '{"params":{"id":1}}', []],
    ['an id that is none', '{"id":null,"method":"x"}', []],
    [
      'a batch',
      ' [{"id":1,"params":[{"id":9}]},{"method":"x"},5,["id",1],{"id":"b"}]',
      ['1', undefined, undefined, undefined, '"b"'],
    ],
    ['what is unclosed', '{"id":1,"params":' + '[{"a":'.repeat(1_000), ['1']],
    ['what is no JSON', '}}]{"id":', []],
    ['nothing', '', []],
  ])('%s', (_, json, ids) => {
    expect([...idTextsIn(json)]).toEqual(ids);
  });

  it('reads a large text in one pass', () => {
    const started = performance.now();
    idTextsIn(`{"a":"${'\\"{'.repeat(500_000)}","b":[${'{"id":1},'.repeat(200_000)}1],"id":2}`);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
