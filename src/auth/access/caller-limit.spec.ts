import { describe, expect, it } from '@jest/globals';
import type { Principal } from './principal.js';
import { rateAllowance } from './caller-limit.service.js';
import type { Scope } from './scopes.js';

const limits = { user_per_hour: 1_000, api_key_per_hour: 5_000 };
const caller = (role: 'user' | 'admin', key?: { rateLimitPerHour: number | null }, scopes: Scope[] = []): Principal => ({
  userId: 'u1',
  role,
  scopes: new Set(scopes),
  ...(key ? { apiKey: { id: 'k1', name: 'key', allowedTools: null, ...key } } : {}),
});

describe('The rate allowance', () => {
  it.each([
    ['a user', caller('user'), { bucket: 'user:u1', perHour: 1_000 }],
    ['a key', caller('user', { rateLimitPerHour: null }), { bucket: 'key:k1', perHour: 5_000 }],
    ['a key with its own limit', caller('user', { rateLimitPerHour: 7 }), { bucket: 'key:k1', perHour: 7 }],
    ['an admin', caller('admin'), null],
    ["an admin's key", caller('admin', { rateLimitPerHour: null }, ['tools:call']), { bucket: 'key:k1', perHour: 5_000 }],
    ["an admin's key with the admin scope", caller('admin', { rateLimitPerHour: null }, ['admin']), null],
    ["an admin's key with its own limit", caller('admin', { rateLimitPerHour: 7 }), { bucket: 'key:k1', perHour: 7 }],
  ])('of %s', (_, principal, expected) => {
    expect(rateAllowance(principal, limits)).toEqual(expected);
  });
});
