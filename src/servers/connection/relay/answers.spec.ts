import { describe, expect, it } from '@jest/globals';
import { NotMcp } from './no-answer.js';
import { checkAnswer, isInputRequired, type CallerMethod } from './answers.js';

const check = (method: CallerMethod, json: string) =>
  checkAnswer(method, { value: JSON.parse(json) as Record<string, unknown>, json });
const NAMED: Record<CallerMethod, string> = {
  'tools/call': 'content',
  'resources/read': 'contents',
  'prompts/get': 'messages',
  'completion/complete': 'completion',
  'tasks/get': 'taskId',
  'tasks/result': 'content',
  'tasks/update': 'x',
  'tasks/cancel': 'x',
};

describe('a result passes', () => {
  it.each<[CallerMethod, string]>([
    ['tools/call', '{}'],
    ['tools/call', '{"content":null,"structuredContent":7}'],
    ['tools/call', '{"content":"a text"}'],
    ['tools/call', '{"content":[{"type":"nobody knows","n":1e400}],"isError":"true"}'],
    ['resources/read', '{"contents":[{"uri":"a","text":""},{"uri":"b","blob":"AA=="}]}'],
    ['prompts/get', '{"messages":[{"role":"user","content":{"type":"text"}},{"role":"assistant","content":[{"type":"x"}]}]}'],
    ['completion/complete', '{"completion":{"values":["a"],"total":1.5}}'],
    ['prompts/get', '{"resultType":"complete","messages":[]}'],
  ])('of %s: %s', (method, json) => expect(() => check(method, json)).not.toThrow());

  it.each<CallerMethod>(['tools/call', 'resources/read', 'prompts/get'])(
    'of %s that asks first, whatever else is in it',
    (method) => {
      const json = `{"resultType":"input_required","${NAMED[method]}":7}`;
      expect(() => check(method, json)).not.toThrow();
      expect(isInputRequired(JSON.parse(json))).toBe(true);
    },
  );
});

describe('a question is none', () => {
  it.each<[CallerMethod, string]>([
    ['completion/complete', '{"resultType":"input_required"}'],
    ['tasks/get', '{"resultType":"input_required","inputRequests":{}}'],
    ['tasks/result', '{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create"}}}'],
    ['tools/call', '{"resultType":"input_required","inputRequests":{"a":null}}'],
    ['tools/call', '{"resultType":"input_required","inputRequests":[1]}'],
    ['prompts/get', '{"resultType":"input_required","inputRequests":{"a":{"params":{}}}}'],
  ])('in an answer to %s: %s', (method, json) => expect(() => check(method, json)).toThrow(NotMcp));

  it('where it is null', () => {
    expect(() => check('tools/call', '{"resultType":"input_required","inputRequests":null}')).not.toThrow();
  });
});

describe('a result is refused in words that name what is wrong', () => {
  it.each<[CallerMethod, string, string]>([
    ['tools/call', '{"content":{"type":"text"}}', '"content" is not a list'],
    ['tools/call', '{"content":[{"type":"text"},{"text":"x"}]}', '"content[1]" is not what it should be'],
    ['tools/call', '{"content":[null]}', '"content[0]" is not what it should be'],
    ['tools/call', '{"resultType":"task"}', '"resultType" is "task", which nobody asked for'],
    ['resources/read', '{}', '"contents" is not a list'],
    ['resources/read', '{"contents":[{"uri":"a"}]}', '"contents[0]"'],
    ['resources/read', '{"contents":[{"text":"a"}]}', '"contents[0]"'],
    ['prompts/get', '{"messages":[{"role":"system","content":{"type":"text"}}]}', '"messages[0]"'],
    ['prompts/get', '{"messages":[{"role":"user","content":"a"}]}', '"messages[0]"'],
    ['completion/complete', '{"completion":{"values":[1]}}', '"completion.values" is not a list of texts'],
    ['completion/complete', '{"completion":null}', '"completion.values"'],
  ])('of %s: %s', (method, json, words) => expect(() => check(method, json)).toThrow(words));

  it('that are bounded', () => {
    expect(() => check('tools/call', `{"resultType":"${'x'.repeat(1_000)}"}`)).toThrow(/^.{1,80}$/);
  });
});
