import { describe, expect, it } from '@jest/globals';
import { idOf, parseMessage } from './json-rpc.js';

describe('parseMessage', () => {
  it('reads a request, with or without parameters', () => {
    expect(parseMessage({ jsonrpc: '2.0', id: 1, method: 'ping' })).toEqual({
      kind: 'request',
      id: 1,
      method: 'ping',
      params: {},
    });
    expect(parseMessage({ jsonrpc: '2.0', id: 'a', method: 'x', params: { b: 1 } })).toMatchObject({ id: 'a', params: { b: 1 } });
  });

  it('takes null parameters for none', () => {
    expect(parseMessage({ jsonrpc: '2.0', id: 1, method: 'ping', params: null })).toMatchObject({ kind: 'request', params: {} });
  });

  it('takes parameters that are null for absent, those of a tool for its own', () => {
    const params = { cursor: null, _meta: { progressToken: null, a: 1 }, arguments: { a: null } };
    expect(parseMessage({ jsonrpc: '2.0', id: 1, method: 'x', params })).toMatchObject({
      params: { _meta: { a: 1 }, arguments: { a: null } },
    });
    expect(parseMessage({ jsonrpc: '2.0', id: 1, method: 'x', params })).not.toHaveProperty('params.cursor');
  });

  it('asks for the texts of what may be rounded, and of no other message', () => {
    const read = (message: object) => parseMessage({ jsonrpc: '2.0', method: 'ping', ...message }, () => ({ id: 'as sent' }));
    for (const id of [2 ** 53, 1.5, 1e300]) expect(idOf(read({ id }))).toBe('as sent');
    for (const id of [1, 0, -7, 'a', '']) expect(idOf(read({ id }))).toBe(JSON.stringify(id));
    for (const asked of [{ id: 1, params: { _meta: { progressToken: 2 ** 60 } } }, { params: { requestId: 2 ** 60 } }])
      expect(read(asked)).toHaveProperty('texts');
    expect(read({ id: 1, params: { requestId: 7, arguments: { id: 2 ** 60 } } })).not.toHaveProperty('texts');
  });

  it('reads a notification: a method without an id', () => {
    for (const id of [undefined, null])
      expect(parseMessage({ jsonrpc: '2.0', id, method: 'notifications/initialized' })).toMatchObject({ kind: 'notification' });
  });

  it('reads the answer to a question, a result or an error', () => {
    for (const nothing of [{}, { method: null }])
      expect(parseMessage({ jsonrpc: '2.0', id: 'ask-1', result: {}, ...nothing })).toEqual({
        kind: 'reply',
        id: 'ask-1',
        result: {},
      });
    const error = { code: -1, message: 'declined' };
    expect(parseMessage({ jsonrpc: '2.0', id: 1, error })).toEqual({ kind: 'reply', id: 1, error });
  });

  it.each([
    ['a string', 'hello', null],
    ['null', null, null],
    ['an array', [], null],
    ['another version', { jsonrpc: '1.0', id: 1, method: 'ping' }, 1],
    ['no method', { jsonrpc: '2.0', id: 7 }, 7],
    ['a method that is no string', { jsonrpc: '2.0', id: 7, method: 5 }, 7],
    ['parameters that are a list', { jsonrpc: '2.0', id: 7, method: 'ping', params: [] }, 7],
    ['a null id', { jsonrpc: '2.0', id: null, method: 'ping' }, null],
    ['an id that is an object', { jsonrpc: '2.0', id: {}, method: 'ping' }, null],
    ['an infinite id', { jsonrpc: '2.0', id: Infinity, method: 'ping' }, null],
  ])('refuses %s and keeps the id where there is one', (_, message, id) => {
    expect(parseMessage(message)).toMatchObject({ kind: 'invalid', id });
  });
});
