import { describe, expect, it } from '@jest/globals';
import { relayedResult, textsToPassOn } from './relayed-result.js';

const answer = (json: string, isModern = true) => ({
  value: JSON.parse(json) as Record<string, unknown>,
  json,
  serverId: 's',
  isModern,
});
const passedOn = (json: string) => Object.fromEntries(textsToPassOn(answer(json)));

describe('of a result', () => {
  it('all members go on in their order, as they were written', () => {
    const json =
      '{"z":[ 1.0 ],"content":[{"type":"text","n":1e400}],"structuredContent":{ "a":9007199254740993 },"_meta":{"b":-0}}';
    const { texts } = relayedResult(answer(json), 'content');
    expect([...texts]).toEqual([
      ['z', '[ 1.0 ]'],
      ['content', '[{"type":"text","n":1e400}]'],
      ['structuredContent', '{ "a":9007199254740993 }'],
      ['_meta', '{"b":-0}'],
    ]);
  });

  it('what only the gateway may say does not', () => {
    expect(passedOn('{"resultType":"complete","ttlMs":1,"cacheScope":"public","a":1.0}')).toEqual({ a: '1.0' });
    expect(passedOn('{"_meta":{"tallygate/usage":1,"b": 1.0}}')).toEqual({ _meta: '{"b":1.0}' });
  });

  it.each(['null', '[]', '"x"'])('_meta that is %s does not: clients want an object', (meta) =>
    expect(passedOn(`{"_meta":${meta}}`)).toEqual({}),
  );
});

describe('the content of a result', () => {
  const contentOf = (json: string) => {
    const { content, texts } = relayedResult(answer(json), 'content');
    return [content, texts.get('content')];
  };

  it('is what the server wrote', () => {
    expect(contentOf('{"content":[ {"type":"x"} ]}')).toEqual([[{ type: 'x' }], '[ {"type":"x"} ]']);
  });

  it('is a block of text where it is a text, and a list where there is none', () => {
    expect(contentOf('{"content":"hi"}')).toEqual([[{ type: 'text', text: 'hi' }], '[{"type":"text","text":"hi"}]']);
    expect(contentOf('{"content":null}')).toEqual([[], '[]']);
    expect(contentOf('{}')).toEqual([[], '[]']);
  });
});

describe('the data of a result', () => {
  const dataOf = (json: string, isModern: boolean) => {
    const { structuredContent, texts } = relayedResult(answer(json, isModern), 'content');
    return [structuredContent, texts.get('structuredContent')];
  };

  it('is any value in MCP 2026-07-28, null too, which is nothing before', () => {
    expect(dataOf('{"structuredContent":null}', true)).toEqual([null, 'null']);
    expect(dataOf('{"structuredContent":null}', false)).toEqual([undefined, undefined]);
    expect(dataOf('{"structuredContent":0}', false)).toEqual([0, '0']);
  });
});

it.each([
  ['true', true, 'true'],
  ['false', false, 'false'],
  ['"true"', true, undefined],
  ['null', false, undefined],
  ['1', false, undefined],
])('a result that says isError: %s is a failure: %s, and passes on %s', (json, isError, text) => {
  const { texts, ...result } = relayedResult(answer(`{"isError":${json}}`), 'content');
  expect([result.isError, texts.get('isError')]).toEqual([isError, text]);
});
