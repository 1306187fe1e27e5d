import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { settingsWith } from '../load-config.js';
import { checkConfig } from './config-check.js';
import { readSettings } from './settings-text.js';

const SECRET = `whsec_${'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'}`;
const ENV = {
  GATEWAY_PORT: '9000',
  GATEWAY_ADMIN_PASSWORD: 'correct horse battery',
  HOOK_URL: 'https://hooks.example.com/deep/inside',
  HOOK_SECRET: SECRET,
  MAIL: 'hidden@example.com',
  SHORT: 'x',
};

/** What a process that runs with `now` says of the text. */
function check(yaml: string, now = '', options: Record<string, string> = {}) {
  const settings = settingsWith(
    readSettings('gateway.yaml', () => now),
    options,
    ENV,
  );
  return checkConfig({ yaml, options, now: settings }, ENV);
}
const problemsOf = (yaml: string) => check(yaml).problems.map(({ line, message }) => `${line}: ${message}`);

describe('A settings file that is checked', () => {
  it('is right, and changes nothing, where it says what holds', () => {
    expect(check('log: { level: info }\ncredits:\n  mode: optional\n')).toEqual({
      ...{ problems: [], changes: [], not_compared: [], not_opened: [] },
    });
  });

  it('says that tiers become the file’s, or an admin’s, though they are the same', () => {
    const file = 'tiers: { free: 50, pro: 500, enterprise: 5000 }';
    const changes = (yaml: string, now: string) => check(yaml, now).changes.map((change) => Object.values(change));
    expect(changes(file, file)).toEqual([]);
    expect(changes(file, '')).toEqual([
      ['tiers', expect.stringContaining('admins'), expect.stringContaining('the file’s alone')],
    ]);
    expect(changes('', file)).toEqual([
      ['tiers', expect.stringContaining('the file’s alone'), expect.stringContaining('admins')],
    ]);
  });

  it('has the problems that a start would have, each with its line and in their order', () => {
    const yaml = 'portt: 1\nlog:\n  level: loud\ntiers:\n  free: 50\n  pro: -1\nmcp_port: 9000\n';
    expect(problemsOf(yaml)).toEqual([
      '1: gateway.yaml: unknown setting portt (did you mean port?)',
      '3: gateway.yaml: log.level: must be one of fatal, error, warn, info, debug, trace, silent',
      '6: gateway.yaml: tiers.pro: must be a whole number from 0 to 1000000000',
      '7: gateway.yaml: mcp_port: must differ from the port of REST (both are 9000)',
    ]);
    expect(problemsOf('log:\n  level: [a\n')).toEqual([expect.stringMatching(/^3: gateway\.yaml: Flow sequence/)]);
    expect(problemsOf('- a')).toEqual(['null: gateway.yaml: must be a mapping of settings, as in gateway.example.yaml']);
  });

  it('changes settings, and of maps only the entries that are others', () => {
    const now = 'log: { level: warn }\ntiers: { free: 50, pro: 500 }\n';
    expect(check('tiers: { free: 50, pro: 600, max: 9 }\nhost: 127.0.0.1\n', now).changes).toEqual([
      { name: 'host', now: '::', then: '127.0.0.1' },
      { name: 'tiers.pro', now: 500, then: 600 },
      { name: 'tiers.max', now: null, then: 9 },
      { name: 'log.level', now: 'warn', then: 'info' },
    ]);
  });

  it('changes nothing that a variable or an option says', () => {
    const options = { GATEWAY_LOG_LEVEL: 'debug' };
    expect(check('port: 1234\nlog: { level: error }\n', '', options).changes).toEqual([]);
  });

  it('shows no secret, and does not say whether one is that in use', () => {
    const text = (secret: string) => `auth: { secret_key: "${secret.repeat(32)}" }\nredis_url: "redis://:${secret}pw@redis"\n`;
    const same = check(text('a'), text('a'));
    expect(same).toMatchObject({ changes: [], not_compared: ['redis_url', 'auth.secret_key'] });
    expect(check(text('b'), text('a'))).toEqual(same);
    expect(JSON.stringify(check(text('a')))).not.toMatch(/aaaa|apw/);
  });
});

describe('Of a text that somebody hands in', () => {
  it('no variable is told, whether its value is right or wrong: what is shown is its name', () => {
    const yaml = (from: string) => `notices:
  webhooks: [{ url: '\${env:HOOK_URL}', secret: '\${env:HOOK_SECRET}' }, { url: '\${env:HOOK_URL}', secret: '\${env:SHORT}' }]
  smtp: { url: '\${env:SHORT}', from: '\${env:${from}}' }
templates: { own: { transport: http, url: 'https://a', caller: { secret: '\${env:SHORT}', header: X-Caller } } }
`;
    const checked = check(yaml('MAIL'));
    expect(checked.problems).toEqual([]);
    expect(check(yaml('GATEWAY_ADMIN_PASSWORD')).problems).toEqual([]);
    const shown = JSON.stringify(checked);
    expect(shown).toContain('${env:MAIL}');
    expect(shown).not.toMatch(/hidden@|deep|inside|MfKQ/);
    expect(problemsOf("notices: { smtp: { url: 'smtp://a', from: '${env:NOWHERE}' } }")).toEqual([
      '1: gateway.yaml: notices.smtp.from: the environment variable NOWHERE is not set',
    ]);
  });

  it('no file is opened that it names, not even one that never ends', () => {
    const folder = temporaryFolder('config-check');
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const tls = `{ ca_file: "${pipe}", cert_file: /nowhere, key_file: /nowhere }`;
    const yaml = `servers: { ca_file: "${pipe}" }\ntemplates: { own: { transport: http, url: 'https://a', tls: ${tls} } }\n`;
    expect(check(yaml)).toMatchObject({ problems: [], not_opened: ['servers.ca_file', 'templates.own.tls'] });
    rmSync(folder, { recursive: true });
  });

  it.each<[string, string, RegExp]>([
    [
      'aliases of aliases',
      `a: &a [1]\n${'bcdefghij'.replace(/./g, (x) => `${x}: &${x} [${`*${before(x)},`.repeat(9)}]\n`)}`,
      /alias/i,
    ],
    ['what contains itself', 'tiers: &a\n  b: *a\n', /nested more than 100|alias/i],
    ['what is nested without end', `a: ${'['.repeat(50_000)}`, /./],
    ['what is nested too deeply', `a: ${'['.repeat(150)}${']'.repeat(150)}`, /nested more than 100 levels/],
    ['a number that is none', 'mcp_port: 1e999', /port: must be a whole number/],
    ['a name of the language', '__proto__: { port: 1 }\nconstructor: 2', /unknown setting __proto__, constructor/],
    ['a tag of a type', 'mcp_port: !!js/function "x"', /./],
    ['a name without end', `${'x'.repeat(100_000)}: 1`, /^.{1,700}$/],
  ])('%s is a problem', (_, yaml, words) => {
    const problems = problemsOf(yaml);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join('\n')).toMatch(words);
    expect(({} as { port?: number }).port).toBeUndefined();
  });

  it('no more than a hundred problems are told', () => {
    const yaml = `tiers: { ${Array.from({ length: 500 }, (_, n) => `t${n}: -1`).join(', ')} }`;
    expect(check(yaml).problems.slice(-1)).toEqual([{ line: null, message: expect.stringMatching(/^And \d+ more$/) }]);
    expect(check(yaml).problems).toHaveLength(101);
  });
});

function before(letter: string): string {
  return String.fromCharCode(letter.charCodeAt(0) - 1);
}
