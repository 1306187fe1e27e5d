import { expect, it } from '@jest/globals';
import { credentialOf } from './credential.js';

const KEY = `sk-${'a'.repeat(50)}`;

it.each([
  ['nothing', {}, { kind: 'none' }],
  ['a key in X-API-Key', { 'x-api-key': KEY }, { kind: 'key', text: KEY }],
  ['anything in X-API-Key', { 'x-api-key': 'hello' }, { kind: 'key', text: 'hello' }],
  ['an empty X-API-Key', { 'x-api-key': '' }, { kind: 'key', text: '' }],
  ['X-API-Key beside Authorization', { 'x-api-key': KEY, authorization: 'Bearer eyJ.a.b' }, { kind: 'key', text: KEY }],
  ['an empty X-API-Key beside Authorization', { 'x-api-key': '', authorization: `Bearer ${KEY}` }, { kind: 'key', text: KEY }],
  ['an empty Authorization beside X-API-Key', { 'x-api-key': KEY, authorization: '' }, { kind: 'key', text: KEY }],
  ['nothing in both', { 'x-api-key': '', authorization: '' }, { kind: 'key', text: '' }],
  ['a key as bearer', { authorization: `Bearer ${KEY}` }, { kind: 'key', text: KEY }],
  ['a key of an account', { authorization: 'Bearer mcp_abc' }, { kind: 'key', text: 'mcp_abc' }],
  ['a key as bearer, in other letters and white space', { authorization: `bEARER \t ${KEY}` }, { kind: 'key', text: KEY }],
  ['a key alone', { authorization: KEY }, { kind: 'key', text: KEY }],
  ['a login token', { authorization: 'Bearer eyJ.a.b' }, { kind: 'token', text: 'eyJ.a.b' }],
  ['a login token alone', { authorization: 'eyJ.a.b' }, { kind: 'unreadable', text: 'eyJ.a.b' }],
  ['a bearer of nothing', { authorization: 'Bearer' }, { kind: 'unreadable', text: 'Bearer' }],
  ['two words', { authorization: 'Bearer a b' }, { kind: 'unreadable', text: 'Bearer a b' }],
  ['another scheme', { authorization: 'Basic YTpi' }, { kind: 'unreadable', text: 'Basic YTpi' }],
])('%s', (_, headers, credential) => {
  expect(credentialOf(headers)).toEqual(credential);
});
