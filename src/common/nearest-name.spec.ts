import { describe, expect, it } from '@jest/globals';
import { nearestName, relatedName } from './nearest-name.js';

const NAMES = ['GATEWAY_PORT', 'GATEWAY_HOST', 'GATEWAY_DATABASE_URL', 'GATEWAY_SECRET_KEY', 'GATEWAY_AUTH_ENABLED'];

describe('a mistyped name', () => {
  it.each([
    ['GATEWAY_PROT', 'GATEWAY_PORT'],
    ['GATEWAY_DATABSE_URL', 'GATEWAY_DATABASE_URL'],
    ['GATEWAY_DATABASEURL', 'GATEWAY_DATABASE_URL'],
    ['GATEWAY_AUTH_ENABELD', 'GATEWAY_AUTH_ENABLED'],
    ['GATEWAY_AUTH_ENABLE', 'GATEWAY_AUTH_ENABLED'],
    ['GATEWAY_SECRETKEY', 'GATEWAY_SECRET_KEY'],
    ['GATEWAY_URL', undefined],
    ['GATEWAY_REGION', undefined],
    ['GATEWAY_', undefined],
  ])('%s means %s', (mistyped, meant) => {
    expect(nearestName(mistyped, NAMES, 'GATEWAY_'.length)).toBe(meant);
  });

  it('of a long text is looked up at once', () => {
    expect(nearestName('x'.repeat(10_000), NAMES)).toBeUndefined();
  });
});

describe('a name there is not', () => {
  const fields = ['key_name', 'expires_days', 'rate_limit_per_hour', 'allowed_tools', 'secret', 'to', 'url'];

  it.each([
    ['key_nmae', 'key_name'],
    ['name', 'key_name'],
    ['expires', 'expires_days'],
    ['tools', 'allowed_tools'],
    ['rate_limit', 'rate_limit_per_hour'],
    ['secret_key', 'secret'],
    ['x', undefined],
    ['id', undefined],
    ['', undefined],
    ['colour', undefined],
    ['x'.repeat(10_000), undefined],
  ])('%s means %s', (unknown, meant) => expect(relatedName(unknown, fields)).toBe(meant));

  it('means none of several', () => expect(relatedName('per_hour', ['user_per_hour', 'key_per_hour'])).toBeUndefined());
});
