import { describe, expect, it } from '@jest/globals';
import { leastCpuMs, QUICK_MS } from '../../../test/support/cpu-time.js';
import { textsIn } from './message-texts.js';

const LONG = '12345678901234567890';

describe('textsIn', () => {
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
    expect(Array.from(textsIn(json), (texts) => texts?.id)).toEqual(ids);
  });

  it.each([
    ['the request that is cancelled', `{"params":{"requestId":${LONG},"reason":"x"}}`, { requestId: LONG }],
    ['the token of progress', `{"params":{"_meta":{"a":{"progressToken":1},"progressToken":${LONG}}}}`, { progressToken: LONG }],
    [
      'both beside an id',
      `{"params":{"_meta":{"progressToken":1},"requestId":2},"id":3}`,
      { progressToken: '1', requestId: '2', id: '3' },
    ],
    ['none in arguments', `{"params":{"arguments":{"id":1,"requestId":2,"_meta":{"progressToken":3}}}}`, undefined],
    ['none in a list', `{"params":["requestId",1,{"_meta":{"progressToken":3}}]}`, undefined],
  ])('finds %s', (_, json, texts) => {
    expect(textsIn(json)[0]).toEqual(texts);
    expect(textsIn(`[5,${json}]`)[1]).toEqual(texts);
  });

  it('reads a large text in one pass', async () => {
    const strings = `{"a":"${'\\"{'.repeat(500_000)}","b":[${'{"id":1},'.repeat(200_000)}1],"id":2}`;
    const members = Array.from({ length: 200_000 }, (_, n) => `"k${n}":${n}`).join(',');
    const read = () => {
      textsIn(strings);
      textsIn(`{"id":1,"params":{"_meta":{${members}}}}`);
    };
    expect(await leastCpuMs(read)).toBeLessThan(QUICK_MS);
  });
});
