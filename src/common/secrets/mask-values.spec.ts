import { describe, expect, it } from '@jest/globals';
import { maskValues } from './mask-values.js';

describe('Values that are shown', () => {
  it.each([
    ['a secret by its name, wherever it stands', { a: [{ dbPassword: 's3cret' }] }, { a: [{ dbPassword: '…' }] }],
    ['a list of them', { api_keys: ['s3cret', 's3cret'] }, { api_keys: ['…', '…'] }],
    ['variables and headers, whatever their names', { env: { A: 's3cret' } }, { env: { A: '…' } }],
    ['URLs and pairs', { note: 'https://u:s3cret@a/ TOKEN=s3cret' }, { note: 'https://…@a/ TOKEN=…' }],
    ['arguments', { args: ['--token', 's3cret', '-H', 'X-Api-Key: s3cret'] }, { args: ['--token', '…', '-H', 'X-Api-Key: …'] }],
    ['a command in an argument', { args: ['-c', 'export PASSWORD=s3cret; run'] }, { args: ['-c', 'export PASSWORD=…; run'] }],
    ['JSON in an argument', { args: ['--config={"apiKey":"s3cret"}'] }, { args: ['--config={"apiKey":"…"}'] }],
    ["a schema's values", { properties: { key: { default: 's3cret' } } }, { properties: { key: { default: '…' } } }],
    ['in a list of them', { items: { writeOnly: true, enum: ['s3cret'] } }, { items: { writeOnly: true, enum: '…' } }],
    [
      'all below a name of a secret',
      { secrets: { a: { b: 's3cret', c: ['x', 5] } } },
      { secrets: { a: { b: '…', c: ['…', '…'] } } },
    ],
    ['an object of that name', { api_key: { value: 's3cret', is_on: true } }, { api_key: { value: '…', is_on: true } }],
    [
      'what a variable is made of',
      { env: { A: { value: 's3cret' } }, env_vars: ['A=s3cret'] },
      { env: { A: { value: '…' } }, env_vars: ['…'] },
    ],
    [
      'what looks like a schema below it',
      { secret: { properties: { a: { title: 'x' } } } },
      { secret: { properties: { a: { title: '…' } } } },
    ],
    ['a map', { credential_map: { 'a.example': 's3cret' } }, { credential_map: { 'a.example': '…' } }],
    [
      'settings of a login',
      { auth: { type: 'basic', username: 'me', value: 's3cret' } },
      { auth: { type: 'basic', username: 'me', value: '…' } },
    ],
    ['what a pair names', { vars: [{ name: 'TOKEN', value: 's3cret' }] }, { vars: [{ name: 'TOKEN', value: '…' }] }],
    [
      'numbers',
      { password: 12_345, pin: 1_234, recovery_codes: [1, 2] },
      { password: '…', pin: '…', recovery_codes: ['…', '…'] },
    ],
    ['what is neither text nor plain', { token: new URL('https://a/') }, { token: '…' }],
    [
      'a value that looks like an option',
      { args: ['--password', '-s3cret', '--port', '1'] },
      { args: ['--password', '…', '--port', '1'] },
    ],
    ['an option behind a bare one', { args: ['--secret', '--token', 's3cret'] }, { args: ['--secret', '…', '…'] }],
    ['users', { args: ['-u', 'bob:s3cret', '--user=bob:s3cret'] }, { args: ['-u', 'bob:…', '--user=bob:…'] }],
    [
      'arguments beside numbers',
      { args: ['x', 5, '--token', 's3cret', '--pin', 5] },
      { args: ['x', 5, '--token', '…', '--pin', '…'] },
    ],
    [
      'headers in a list',
      { headers: ['X-Api-Key: s3cret'], tags: ['X-Api-Key: s3cret'] },
      { headers: ['…'], tags: ['X-Api-Key: …'] },
    ],
    [
      'a command',
      { command: ['x', '--token', 's3cret'], run: 'x --token s3cret' },
      { command: ['x', '--token', '…'], run: 'x --token …' },
    ],
    ['names that hold one', { 'https://me:s3cret@a/': 1 }, { 'https://…@a/': 1 }],
    [
      "a secret's schemas inside of others",
      {
        properties: { tokens: { type: 'array', maxItems: 3, items: { type: 'string', default: 's3cret' }, 'x-value': 's3cret' } },
      },
      { properties: { tokens: { type: 'array', maxItems: 3, items: { type: 'string', default: '…' }, 'x-value': '…' } } },
    ],
    [
      'values in definitions',
      { $defs: { key: { title: 'A', const: 's3cret' }, env: { default: { A: 's3cret' } } } },
      { $defs: { key: { title: 'A', const: '…' }, env: { default: '…' } } },
    ],
  ])('have %s masked', (_, value, shown) => expect(maskValues(value)).toEqual(shown));

  it('are otherwise as they are', () => {
    const at = new Date(0);
    const value = {
      ...{ keyboard: 'azerty', author: 'me', max_keys: '3', user_keys_per_hour: 20_000, lease_seconds: 60, max_tokens: 4_096 },
      ...{ token_budget: 5, tokens: 512, auth: 'none', use_secrets: true, passphrase_hint: 'a dog', password: true },
      ...{ oauth: { enabled: 'yes', admin_email: 'me@a.example', token_url: 'https://a.example/t' }, command: 'server' },
      ...{ is_on: true, nothing: null, at, tags: ['a', 1], args: ['--header', 'Accept: text/html', '--max-keys=3', '8080:80'] },
      config: { properties: { headers: { type: 'object' }, token: { type: 'string', description: 'Yours' } } },
    };
    expect(maskValues(value)).toEqual(value);
  });

  it('may refer to themselves, or be deeper than anybody reads', () => {
    const ring: Record<string, unknown> = { name: 'a' };
    ring['ring'] = [ring, ring];
    expect(maskValues(ring)).toEqual({ name: 'a', ring: ['…', '…'] });
    let deep: unknown = 's3cret';
    for (let level = 0; level < 20_000; level += 1) deep = [deep];
    expect(JSON.stringify(maskValues(deep))).not.toContain('s3cret');
  });
});
