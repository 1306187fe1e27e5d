import { describe, expect, it } from '@jest/globals';
import { createPino } from './logger.js';

const KEY = `sk-${'a1B2'.repeat(12)}xy`;
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ';
const SESSION = 'aB-_'.repeat(10) + 'xyz';

describe('The log', () => {
  const lines: string[] = [];
  const log = createPino({ level: 'info' }, { write: (line) => void lines.push(line) });
  const logged = (fields: object) => {
    lines.length = 0;
    log.info(fields);
    return lines.join('');
  };

  it.each([
    ['a message', { msg: `key ${KEY} refused` }],
    ['a nested field', { upstream: { answer: [{ said: `Bearer ${JWT}` }] } }],
    ['a stack', { stack: `Error: ${JWT}\n at x` }],
    ['an authorization header', { headers: { authorization: 'Basic YWRtaW46cGFzc3dvcmQ=' } }],
    ['a cookie', { headers: { cookie: `theme=dark; tallygate_8000=${SESSION}` } }],
    ['a cookie that is set', { 'set-cookie': [`__Host-tallygate=${SESSION}; Path=/`] }],
    ['a cookie in a message', { msg: `said tallygate_8000=${SESSION}; and __Host-tallygate=${SESSION}; Path=/` }],
    ['a password', { body: { password: 'correct horse' } }],
    ['a password, however deep and spelled', { a: { b: [{ c: { dbPassword: 'correct horse' } }] } }],
    ['a URL', { msg: 'connect to postgresql://me:correct%20horse@db/x failed: https://mcp.example.com/?key=correct%20horse' }],
    ['a pair', { msg: 'started with TOKEN="correct horse"' }],
  ])('shows no secret in %s', (_, fields) => {
    const line = logged(fields);
    expect(line).not.toContain(KEY);
    expect(line).not.toContain(JWT);
    expect(line).not.toContain(SESSION);
    expect(line).not.toMatch(/YWRtaW46|correct( |%20)horse/);
    expect(() => JSON.parse(line)).not.toThrow();
  });

  it('keeps the rest readable', () => {
    expect(JSON.parse(logged({ msg: `key ${KEY} refused`, requestId: 'r1' }))).toMatchObject({
      msg: 'key sk-a1B2… refused',
      requestId: 'r1',
    });
    const fields = {
      path: '/tools',
      status: 200,
      keyboard: 'azerty',
      stack: 'Error: no\n    at file:///srv/a-0123456789abcdef/x.js:1:2',
    };
    expect(JSON.parse(logged(fields))).toMatchObject(fields);
  });
});
