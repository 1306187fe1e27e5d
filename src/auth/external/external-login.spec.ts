import { describe, expect, it } from '@jest/globals';
import { demandExpiry, externalLoginOf, roleOfRequest } from './external-login.js';

const exp = 4_102_444_800;

describe('A token of an external backend', () => {
  it.each([
    [{ email: 'Anna@Example.com' }, 'anna@example.com'],
    [{ sub: 'Anna@Example.com' }, 'anna@example.com'],
    [{ email: 'anna@example.com', sub: '1b4e28ba-2fa1-41d2-883f-0016d3cca427' }, 'anna@example.com'],
    [{ email: '', sub: 'anna@example.com' }, 'anna@example.com'],
    [{ email: 'anna@intranet' }, 'anna@intranet'],
  ])('%j is the login of its e-mail', (claims, email) => {
    expect(externalLoginOf({ ...claims, exp }).email).toBe(email);
  });

  it.each([
    {},
    { sub: 'anna' },
    { sub: 7 },
    { email: ['anna@example.com'] },
    { email: { toString: 'anna@example.com' } },
    { email: 'anna@example.com\nbob@example.com' },
    { email: `${'a'.repeat(300)}@example.com` },
  ])('without an e-mail is refused as that: %j', (claims) => {
    expect(() => externalLoginOf({ ...claims, exp })).toThrow('Invalid token: missing email');
  });

  it('that would never expire is refused', () => {
    expect(() => demandExpiry({ email: 'anna@example.com' })).toThrow('Invalid token: missing exp');
  });

  it.each([
    [undefined, 'user'],
    ['user', 'user'],
    ['Admin', 'user'],
    [['admin'], 'user'],
    [true, 'user'],
    ['admin', 'admin'],
  ])('with the role %j is the login of %s', (role, expected) => {
    expect(externalLoginOf({ email: 'anna@example.com', exp, role }).role).toBe(expected);
  });

  it.each([
    ['admin', 'admin', 'admin'],
    ['admin', 'user', 'user'],
    ['user', 'admin', 'user'],
    ['user', 'user', 'user'],
  ] as const)('saying %s, of a user who is %s here, makes a request of %s', (token, here, expected) => {
    expect(roleOfRequest({ role: token }, { role: here })).toBe(expected);
  });

  it.each([
    [{ displayName: 'Anna' }, 'Anna'],
    [{ display_name: 'Anna' }, 'Anna'],
    [{ displayName: ' A\0n\u001b[31mna ' }, 'A n [31mna'],
    [{ displayName: 'x'.repeat(300) }, 'x'.repeat(200)],
    [{ displayName: { first: 'Anna' } }, null],
    [{}, null],
  ])('has a name fit to be shown: %j', (claims, name) => {
    expect(externalLoginOf({ ...claims, email: 'anna@example.com', exp }).displayName).toBe(name);
  });
});
