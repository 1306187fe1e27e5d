import { describe, expect, it } from '@jest/globals';
import { nearestName } from './nearest-name.js';

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
