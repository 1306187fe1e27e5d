import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { templateSchema } from '../../config/template-config.js';
import { ConfigProblem, targetOf } from './server-target.js';
import { templateOf } from './server-template.js';

const DEFAULTS = { strategy: 'round_robin', health_check_interval: 30, approval: 'first_use', instructions: false } as const;
const properties = { path: {}, token: {}, url: {}, tenant: {}, headers: {} };

const stdio = (values: object) =>
  templateOf(
    't',
    templateSchema.parse({ transport: 'stdio', command: '/bin/prog', config: { properties }, ...values }),
    DEFAULTS,
  );
const http = (values: object) =>
  templateOf('t', templateSchema.parse({ transport: 'http', config: { properties }, ...values }), DEFAULTS);
const target = (template: ReturnType<typeof http>, config: Record<string, unknown>, env = {}) => targetOf(template, config, env);

describe('A program is started', () => {
  const template = stdio({
    args: ['serve', '--root=${config.path}', '${config.path}'],
    env: { KEY: '${env:KEY}', T: '${config.token}' },
  });

  it('as the template says, values filled in; a variable whose value is left open is left out', () => {
    expect(target(template, { path: '/data' }, { KEY: 'k' })).toEqual({
      transport: 'stdio',
      command: '/bin/prog',
      args: ['serve', '--root=/data', '/data'],
      env: { KEY: 'k' },
    });
  });

  it.each([
    ['an option', '-rf', 'must not start with "-"'],
    ['an option after =', '--eval=x', 'must not start with "-"'],
    ['nothing', '', 'must not be empty'],
    ['a NUL', 'a\0b', 'control characters'],
    ['a line', 'a\nb', 'control characters'],
    ['a list of arguments', ['a', 'b'], 'must be a text'],
    ['an object', { toString: 'x' }, 'must be a text'],
    ['no value', undefined, 'is required'],
    ['null', null, 'must be a text'],
    ['five thousand characters', 'a'.repeat(5_000), 'at most'],
  ])('never with %s for an argument', (_, path, words) => {
    const attempt = () => target(template, { path }, { KEY: 'k' });
    expect(attempt).toThrow(words);
    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', path: ['path'] }) as never);
  });

  it.each(['$(id)', '`id`', '; id', '| id', '&& id', "' id", '" id', '${env:KEY}', '${config.token}', '%PATH%', '$HOME'])(
    'with %s as plain text in its one argument',
    (path) => expect(target(template, { path }, { KEY: 'secret' })).toMatchObject({ args: ['serve', `--root=${path}`, path] }),
  );

  it('with the same program and number of arguments whatever the value is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), (path) => {
        try {
          const started = target(template, { path }, { KEY: 'k' }) as { command: string; args: string[]; env: object };
          expect([started.command, started.args.length, started.args[0]]).toEqual(['/bin/prog', 3, 'serve']);
          expect(started.args[2]!.startsWith('-')).toBe(false);
          expect(Object.keys(started.env)).toEqual(['KEY']);
        } catch (error) {
          if (!(error instanceof ConfigProblem)) throw error;
        }
      }),
    );
  });

  it('not at all without a variable the template needs', () => {
    expect(() => target(template, { path: '/data' })).toThrow('needs the environment variable KEY');
  });
});

describe('A URL', () => {
  it('may be the value, and is http or https without a password', () => {
    const whole = http({ url: '${config.url}' });
    expect(target(whole, { url: 'https://a.example/mcp?x=1#part' })).toMatchObject({ url: 'https://a.example/mcp?x=1' });
    for (const url of [
      'file:///etc/passwd',
      'ftp://a.example',
      'javascript:alert(1)',
      'a.example',
      'http://u:p@a.example/',
      ' ',
      '',
    ]) {
      expect(() => target(whole, { url })).toThrow(expect.objectContaining({ path: ['url'] }) as never);
    }
  });

  it.each([
    ['../admin', 'https://a.example/..%2Fadmin/mcp'],
    ['x?y=1#z', 'https://a.example/x%3Fy%3D1%23z/mcp'],
    ['@evil.example', 'https://a.example/%40evil.example/mcp'],
    ['a/b\\c', 'https://a.example/a%2Fb%5Cc/mcp'],
  ])('keeps the shape the operator gave it with %s as one part', (tenant, url) => {
    expect(target(http({ url: 'https://a.example/${config.tenant}/mcp' }), { tenant })).toMatchObject({ url });
  });

  it.each(['.', '..', ''])('is refused with "%s" as one part, since it walks up', (tenant) => {
    expect(() => target(http({ url: 'https://a.example/${config.tenant}/mcp' }), { tenant })).toThrow(ConfigProblem);
  });

  it.each(['evil.example/', 'evil.example#', 'evil.example:80@', 'a b'])(
    'cannot get another host by "%s" in its name',
    (tenant) => {
      expect(() => target(http({ url: 'https://${config.tenant}.a.example/mcp' }), { tenant })).toThrow(ConfigProblem);
    },
  );
});

describe('Headers', () => {
  const template = http({
    url: 'https://a.example/',
    headers: { Authorization: 'Bearer ${config.token}', 'X-Team': 'data' },
    headers_from: 'headers',
  });

  it('are those of the template and of the config; the template wins; one left open is left out', () => {
    expect(target(template, { headers: { 'X-Other': 'o', 'x-team': 'evil' } })).toMatchObject({
      headers: { 'X-Other': 'o', 'X-Team': 'data' },
    });
    expect(target(template, { token: 'abc' })).toMatchObject({ headers: { Authorization: 'Bearer abc', 'X-Team': 'data' } });
  });

  it.each([
    [{ 'X-A': 'a\r\nX-B: b' }, 'header value'],
    [{ 'X-A': 'é€' }, 'header value'],
    [{ 'X-A': 1 }, 'header value'],
    [{ 'X A': 'a' }, 'header name'],
    [{ 'X-A\r\nX-B': 'a' }, 'header name'],
    [{ Host: 'evil.example' }, 'set by the gateway'],
    [{ 'content-length': '0' }, 'set by the gateway'],
    [{ 'Transfer-Encoding': 'chunked' }, 'set by the gateway'],
    [{ 'Mcp-Session-Id': 'other' }, 'set by the gateway'],
    [['a'], 'must be an object'],
    ['X-A: a', 'must be an object'],
    [Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`X-${n}`, 'a'])), 'at most 20'],
  ])('are refused when they could be more than a header: %j', (headers, words) => {
    expect(() => target(template, { headers })).toThrow(words);
  });

  it('never carry a second line from a single value', () => {
    expect(() => target(template, { token: 'a\r\nX-Admin: 1' })).toThrow('control characters');
  });
});
