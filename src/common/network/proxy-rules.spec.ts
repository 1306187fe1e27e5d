import { describe, expect, it } from '@jest/globals';
import { ProxyRules } from './proxy-rules.js';

const http = new URL('http://plain.example:3128');
const https = new URL('http://secure.example:3128');
const isDirect = (direct: string, url: string) => new ProxyRules({ http, https, direct }).proxyFor(url) === undefined;

describe('The proxy of a URL', () => {
  it('is the one for its scheme, if there is one', () => {
    expect(new ProxyRules({ http, https }).proxyFor('http://a.example/')).toBe(http);
    expect(new ProxyRules({ http, https }).proxyFor('https://a.example/')).toBe(https);
    expect(new ProxyRules({ http }).proxyFor('https://a.example/')).toBeUndefined();
    expect(new ProxyRules().proxyFor('http://a.example/')).toBeUndefined();
  });

  it.each(['http://localhost:3000/', 'http://api.localhost/', 'http://127.1/', 'http://[::1]:8/', 'http://127.8.8.8/'])(
    'is none for this machine: %s',
    (url) => expect(isDirect('', url)).toBe(true),
  );

  it.each([
    ['*', 'https://a.example/', true],
    ['a.example', 'https://a.example/', true],
    ['a.example', 'https://A.Example./', true],
    ['a.example', 'https://x.a.example/', true],
    ['.a.example', 'https://x.a.example/', true],
    ['*.a.example', 'https://x.a.example/', true],
    ['a.example', 'https://ba.example/', false],
    ['a.example', 'https://a.example.com/', false],
    ['b.example, a.example', 'https://a.example/', true],
    ['b.example a.example', 'https://a.example/', true],
    ['A.EXAMPLE', 'https://a.example/', true],
    ['a.example:8443', 'https://a.example:8443/', true],
    ['a.example:8443', 'https://a.example/', false],
    ['a.example:443', 'https://a.example/', true],
    ['10.1.2.3', 'http://10.1.2.3/', true],
    ['10.1.2.3', 'http://10.1.2.30/', false],
    ['10.0.0.0/8', 'http://10.1.2.3:8080/', true],
    ['10.0.0.0/8', 'http://11.1.2.3/', false],
    ['10.0.0.0/8', 'http://10.example/', false],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['fd12::1', 'http://[fd12::1]/', true],
    ['[fd12::1]:8080', 'http://[fd12::1]:8080/', true],
    ['[fd12::1]:8080', 'http://[fd12::1]/', false],
    ['.', 'http://a.example/', false],
    [',,', 'http://a.example/', false],
    ['', 'http://a.example/', false],
  ])('with NO_PROXY=%s, %s is reached directly: %s', (direct, url, expected) => expect(isDirect(direct, url)).toBe(expected));
});
