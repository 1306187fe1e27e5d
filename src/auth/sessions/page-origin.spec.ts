import { describe, expect, it } from '@jest/globals';
import type { IncomingHttpHeaders } from 'node:http';
import { otherPageRefusal } from './page-origin.js';

const HOST = 'localhost:8000';
const OWN = `http://${HOST}`;
const HEADER = { 'x-tallygate-portal': '1' };

const refusal = (method: string, headers: IncomingHttpHeaders, { host = HOST, secure = false, publicUrl = '' } = {}) =>
  otherPageRefusal({ method, headers, host, secure }, publicUrl || undefined);

describe('A cookie counts', () => {
  it.each<[string, string, IncomingHttpHeaders]>([
    ['a read of the own page', 'GET', { 'sec-fetch-site': 'same-origin' }],
    ['a read of the own page that says where it is', 'GET', { 'sec-fetch-site': 'same-origin', origin: OWN }],
    ['an address that somebody typed', 'GET', { 'sec-fetch-site': 'none' }],
    ['a read of a browser that says nothing', 'HEAD', {}],
    ['a change of the own page', 'POST', { ...HEADER, 'sec-fetch-site': 'same-origin', origin: OWN }],
    ['a change of the own page without an origin', 'DELETE', { ...HEADER, 'sec-fetch-site': 'same-origin' }],
    ['a change of a browser that tells its origin only', 'PUT', { ...HEADER, origin: OWN }],
    ['the own page in other letters, with the port of its scheme', 'GET', { origin: 'HTTP://LOCALHOST:8000' }],
  ])('in %s', (_, method, headers) => {
    expect(refusal(method, headers)).toBeUndefined();
  });

  it.each<[string, string, { host?: string; secure?: boolean; publicUrl?: string }]>([
    ['behind a proxy that ends TLS', 'https://gateway.example', { host: 'gateway.example', secure: true }],
    ['behind one that does not say so', 'https://gateway.example', { host: 'gateway.example' }],
    [
      'behind one that asks by another name, at public_url',
      'https://gateway.example',
      { publicUrl: 'https://gateway.example/gw/' },
    ],
    ['at an address of IPv6', 'http://[::1]:8000', { host: '[::1]:8000' }],
  ])('in a change of the own page %s', (_, origin, at) => {
    expect(refusal('POST', { ...HEADER, 'sec-fetch-site': 'same-origin', origin }, at)).toBeUndefined();
  });
});

describe('A cookie does not count', () => {
  const OTHER_PAGE = 'comes from another one';
  const NO_HEADER = 'X-Tallygate-Portal';
  const FULL = { ...HEADER, 'sec-fetch-site': 'same-origin' };

  it.each<[string, string, IncomingHttpHeaders, string]>([
    ['in a read of another port', 'GET', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:8001' }, OTHER_PAGE],
    ['in one that a browser hides the origin of', 'GET', { 'sec-fetch-site': 'same-site' }, OTHER_PAGE],
    ['in a read of another site', 'HEAD', { 'sec-fetch-site': 'cross-site' }, OTHER_PAGE],
    ['in a stream that another port opens', 'GET', { accept: 'text/event-stream', origin: 'http://localhost:3000' }, OTHER_PAGE],
    ['in a form of another port', 'POST', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' }, OTHER_PAGE],
    ['in a form of the own page, without the header', 'POST', { 'sec-fetch-site': 'same-origin', origin: OWN }, NO_HEADER],
    ['with the header of another value', 'POST', { ...FULL, 'x-tallygate-portal': 'true' }, NO_HEADER],
    ['with the header, from another port', 'PATCH', { ...FULL, 'sec-fetch-site': 'same-site' }, OTHER_PAGE],
    ['in a change that is typed', 'POST', { ...FULL, 'sec-fetch-site': 'none' }, OTHER_PAGE],
    ['in a change that says nothing of its page', 'DELETE', HEADER, 'must say'],
    ['in a page without an origin', 'POST', { ...FULL, origin: 'null' }, OTHER_PAGE],
    ['whatever else is said, with another origin', 'POST', { ...FULL, origin: 'http://127.0.0.1:8000' }, OTHER_PAGE],
    ['with an origin that only begins as ours', 'POST', { ...FULL, origin: `${OWN}.evil.example` }, OTHER_PAGE],
    ['with an origin of no page', 'GET', { origin: `ftp://${HOST}` }, OTHER_PAGE],
  ])('%s', (_, method, headers, words) => {
    expect(refusal(method, headers)).toContain(words);
  });

  it('over TLS, in a page that came without it', () => {
    const at = { host: 'gateway.example', secure: true };
    expect(refusal('POST', { ...FULL, origin: 'http://gateway.example' }, at)).toContain(OTHER_PAGE);
  });

  it('in a page of another host or scheme than public_url', () => {
    const at = { publicUrl: 'https://gateway.example' };
    for (const origin of ['http://gateway.example', 'https://gateway.example:8443', 'https://example'])
      expect(refusal('POST', { ...FULL, origin }, at)).toContain(OTHER_PAGE);
  });
});
