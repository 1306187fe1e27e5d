import { describe, expect, it } from '@jest/globals';
import { cookieNameOf, sessionTokenOf } from './session-cookie.js';

const TOKEN = 'A-_4'.repeat(10) + 'abc';
const plain = { secure: false, host: 'localhost:8000' };
const tokenIn = (cookie: string | undefined, at = plain) =>
  sessionTokenOf({ ...at, headers: cookie === undefined ? {} : { cookie } });

describe('The cookie of a session', () => {
  it.each([
    ['over TLS', { secure: true, host: 'gateway.example' }, '__Host-tallygate'],
    ['over TLS on a port', { secure: true, host: 'gateway.example:8443' }, '__Host-tallygate'],
    ['by its port', plain, 'tallygate_8000'],
    ['by the port of its scheme', { secure: false, host: 'gateway.example' }, 'tallygate_80'],
    ['by the port behind an address of IPv6', { secure: false, host: '[::1]:8001' }, 'tallygate_8001'],
    ['by no part of an address of IPv6', { secure: false, host: '[::8001]' }, 'tallygate_80'],
  ])('is named %s', (_, at, name) => {
    expect(cookieNameOf(at)).toBe(name);
  });

  it('is found among others', () => {
    expect(tokenIn(`theme=dark; tallygate_8000=${TOKEN};tallygate_8001=x`)).toBe(TOKEN);
    expect(tokenIn(`__Host-tallygate=${TOKEN}`, { secure: true, host: 'gateway.example' })).toBe(TOKEN);
  });

  it.each([
    ['there is none', undefined],
    ['it is another gateway’s', `tallygate_8001=${TOKEN}`],
    ['its name only ends so', `xtallygate_8000=${TOKEN}`],
    ['it is for TLS', `__Host-tallygate=${TOKEN}`],
    ['it is too short', `tallygate_8000=${TOKEN.slice(1)}`],
    ['it is too long', `tallygate_8000=${TOKEN}a`],
    ['it is of other letters', `tallygate_8000=${TOKEN.slice(1)}=`],
    ['another port has set one, too', `tallygate_8000=${TOKEN}; tallygate_8000=${TOKEN.toLowerCase()}`],
  ])('is none where %s', (_, cookie) => {
    expect(tokenIn(cookie)).toBeUndefined();
  });
});
