import { describe, expect, it } from '@jest/globals';
import { testConfig } from '../../../test/support/gateway/test-config.js';
import { callerLimits } from '../../limits/hourly-limits.js';
import type { Principal } from './principal.js';
import { rateAllowances } from './caller-limit.service.js';
import type { Scope } from './scopes.js';

const limits = callerLimits(testConfig().values.limits);
const caller = (
  role: 'user' | 'admin',
  key?: { rateLimitPerHour: number | null; lineage?: string },
  scopes: Scope[] = [],
): Principal => ({
  userId: 'u1',
  role,
  scopes: new Set(scopes),
  ...(key ? { apiKey: { id: 'k1', name: 'key', allowedTools: null, ...key } } : {}),
});

describe('The rate allowances', () => {
  const OF_USER = { bucket: 'keys-of:u1', perHour: 20_000 };

  it.each([
    ['a user', caller('user'), [{ bucket: 'user:u1', perHour: 1_000 }]],
    ['a key', caller('user', { rateLimitPerHour: null }), [{ bucket: 'key:k1', perHour: 5_000 }, OF_USER]],
    ['a successor', caller('user', { rateLimitPerHour: null, lineage: 'k0' }), [{ bucket: 'key:k0', perHour: 5_000 }, OF_USER]],
    ['a key with its own limit', caller('user', { rateLimitPerHour: 7 }), [{ bucket: 'key:k1', perHour: 7 }, OF_USER]],
    ['a key whose limit an admin raised', caller('user', { rateLimitPerHour: 5_001 }), [{ bucket: 'key:k1', perHour: 5_001 }]],
    ['an admin', caller('admin'), []],
    [
      "an admin's key",
      caller('admin', { rateLimitPerHour: null }, ['tools:call']),
      [{ bucket: 'key:k1', perHour: 5_000 }, OF_USER],
    ],
    ["an admin's key with the admin scope", caller('admin', { rateLimitPerHour: null }, ['admin']), []],
    [
      "an admin's key with the admin scope and its own limit",
      caller('admin', { rateLimitPerHour: 7 }, ['admin']),
      [{ bucket: 'key:k1', perHour: 7 }],
    ],
  ])('of %s', (_, principal, expected) => {
    expect(rateAllowances(principal, limits)).toEqual(expected);
  });

  it('of a session are apart for what is looked at, and its user’s for the rest', () => {
    const session = { id: 's1', expiresAt: new Date() };
    const reader = { ...caller('user'), session };
    expect(rateAllowances(reader, limits, true)).toEqual([{ bucket: 'sessions-of:u1', perHour: 6_000 }]);
    expect(rateAllowances(reader, limits)).toEqual([{ bucket: 'user:u1', perHour: 1_000 }]);
    expect(rateAllowances({ ...caller('admin'), session }, limits, true)).toEqual([]);
    expect(rateAllowances(caller('user'), limits, true)).toEqual([{ bucket: 'user:u1', perHour: 1_000 }]);
  });

  it('of all keys of a user are as configured, and grow with the limit of a key unless they are', () => {
    const key = caller('user', { rateLimitPerHour: null });
    const configured = (settings: object) => callerLimits(testConfig({ limits: settings }).values.limits);
    expect(rateAllowances(key, configured({ user_keys_per_hour: 9 }))[1]).toEqual({ ...OF_USER, perHour: 9 });
    expect(rateAllowances(key, configured({ api_key_per_hour: 100_000 }))[1]).toEqual({ ...OF_USER, perHour: 400_000 });
  });

  describe('by a tier', () => {
    const tier = (userPerHour: number | null, apiKeyPerHour: number | null) =>
      callerLimits(testConfig().values.limits, { userPerHour, apiKeyPerHour });
    const limitsOf = (who: Principal, of: ReturnType<typeof tier>) => rateAllowances(who, of).map(({ perHour }) => perHour);

    it.each([
      ['a user', caller('user'), tier(20, null), [20]],
      ['a user, of a tier that says nothing of users', caller('user'), tier(null, 20), [1_000]],
      ['a key, with all keys of its user', caller('user', { rateLimitPerHour: null }), tier(null, 9_000), [9_000, 36_000]],
      ['a key, of a tier that says nothing of keys', caller('user', { rateLimitPerHour: null }), tier(9, null), [5_000, 20_000]],
      ['a key with its own limit', caller('user', { rateLimitPerHour: 7 }), tier(null, 9_000), [7, 36_000]],
      ['a key whose own limit is above the tier’s', caller('user', { rateLimitPerHour: 4_000 }), tier(null, 100), [100, 400]],
      ['a key whose limit an admin raised', caller('user', { rateLimitPerHour: 6_000 }), tier(null, 100), [6_000]],
      ['an admin', caller('admin'), tier(1, 1), []],
      ["an admin's key", caller('admin', { rateLimitPerHour: null }, ['tools:call']), tier(1, 10), [10, 40]],
      ["an admin's key with the admin scope", caller('admin', { rateLimitPerHour: 7 }, ['admin']), tier(1, 1), [7]],
    ])('are those of %s', (_, principal, of, expected) => {
      expect(limitsOf(principal, of)).toEqual(expected);
    });
  });
});
