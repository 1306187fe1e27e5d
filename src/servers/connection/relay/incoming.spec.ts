import { describe, expect, it } from '@jest/globals';
import { messageIn, messagesIn, messageTextsIn } from './incoming.js';

describe('a text', () => {
  it.each([
    '{"jsonrpc":"2.0","id":1,"result":{}}',
    '{"id":"a"}',
    '{"method":"x"}',
    '{"jsonrpc":"2.0","id":null,"error":{}}',
    '{"jsonrpc":"2.0","error":"down"}',
  ])('is a message: %s', (text) => expect(messageIn(text)).toEqual(JSON.parse(text)));

  it.each([
    '',
    '[DONE]',
    'null',
    '7',
    '{}',
    '{"error":"down"}',
    '{"jsonrpc":',
    '{"id":{"id":1}}',
    '{"id":[1]}',
    '{"method":7}',
    '[{"id":1}]',
  ])('is none: %s', (text) => expect(messageIn(text)).toBeUndefined());
});

describe('what came as one', () => {
  it('is a batch or a message, each as it was written', () => {
    expect(messageTextsIn(' [ {"id":1.0} ,{"b":[2]}] ')).toEqual(['{"id":1.0}', '{"b":[2]}']);
    expect(messageTextsIn('{"id":1}')).toEqual(['{"id":1}']);
    expect(messageTextsIn('[DONE]')).toEqual([]);
    expect(messagesIn('\ufeff{"id":1}', '')).toEqual(['{"id":1}']);
  });

  it.each([
    ['', 'its body is empty'],
    ['<p>', 'its body is no JSON but text/html'],
    [`[${'7,'.repeat(1_000)}7]`, 'an answer of more than 1000 messages'],
  ])('%.10s is neither', (body, words) => expect(() => messagesIn(body, 'text/html')).toThrow(words));
});
