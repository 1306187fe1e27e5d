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
  ])('have %s masked', (_, value, shown) => expect(maskValues(value)).toEqual(shown));

  it('are otherwise as they are', () => {
    const at = new Date(0);
    const value = {
      ...{ keyboard: 'azerty', author: 'me', max_keys: '3', user_keys_per_hour: 20_000, hold_seconds: 60, max_tokens: 4_096 },
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
