import { beforeEach, describe, expect, it } from '@jest/globals';
import type { StoredKey } from '../keys/api-keys.repository.js';
import { authChanges } from '../../auth/changes/auth-change.js';
import { cachedKey, KeyCache } from './key-cache.js';

const keyOf = (userId: string, account: Partial<StoredKey> = {}) =>
  cachedKey({
    id: 'id',
    tokenId: 'token',
    hmac: Buffer.alloc(32),
    name: 'k',
    userId,
    role: 'user',
    isOwnerActive: true,
    scopes: ['tools:call'],
    allowedTools: null,
    rateLimitPerHour: null,
    creditBudget: null,
    budgetPeriod: null,
    budgetId: null,
    lineage: null,
    isActive: true,
    expiresAt: null,
    accountId: null,
    tier: null,
    isAccountActive: null,
    ...account,
  });

describe('The cache of keys', () => {
  let cache: KeyCache;
  beforeEach(() => {
    cache = new KeyCache();
  });

  it('tells a key that does not exist from one it does not know', () => {
    cache.put('absent', null);
    expect(cache.get('absent')).toBeNull();
    expect(cache.get('other')).toBeUndefined();
  });

  it('forgets a changed key, and that a key does not exist', () => {
    cache.put('a', keyOf('u'));
    cache.put('b', null);
    cache.forget(
      authChanges([
        { kind: 'key', id: 'a' },
        { kind: 'key', id: 'b' },
      ]),
    );
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined]);
  });

  it('forgets the keys of a changed user, and keeps those read afterwards', () => {
    const [changed, other] = [keyOf('changed'), keyOf('other')];
    cache.put('a', changed);
    cache.put('b', other);
    cache.forget(authChanges([{ kind: 'user', id: 'changed' }]));
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, other]);
    const readAgain = keyOf('changed');
    cache.put('a', readAgain);
    expect(cache.get('a')).toBe(readAgain);
  });

  it('stays right when very many users change', () => {
    const last = keyOf('user 2999');
    for (let n = 0; n < 3_000; n += 1) cache.put(`key ${n}`, keyOf(`user ${n}`));
    for (let n = 0; n < 2_999; n += 1) cache.forget(authChanges([{ kind: 'user', id: `user ${n}` }]));
    cache.put('key 2999', last);
    for (let n = 0; n < 2_999; n += 1) expect(cache.get(`key ${n}`)).toBeUndefined();
    expect(cache.get('key 2999')).toBe(last);
  });

  it('keeps at most 100 000 keys, those used last', () => {
    for (let n = 0; n <= 100_000; n += 1) {
      cache.get('key 0');
      cache.put(`key ${n}`, keyOf('u'));
    }
    expect(cache.get('key 0')).toBeDefined();
    expect(cache.get('key 1')).toBeUndefined();
  });
});

describe('A key in the cache', () => {
  it('names its owner’s account, if there is one', () => {
    expect(keyOf('u').principal).not.toHaveProperty('accountId');
    expect(keyOf('u', { accountId: '9007199254740991', isAccountActive: true }).principal.accountId).toBe(2 ** 53 - 1);
  });

  it.each([
    [{}, null],
    [{ accountId: '1', isAccountActive: true }, null],
    [{ accountId: '1', isAccountActive: false }, 'inactive_account'],
    [{ accountId: '1', isAccountActive: false, isOwnerActive: false }, 'inactive_user'],
    [{ accountId: '1', isAccountActive: false, isActive: false }, 'revoked'],
  ])('%j is refused as %s', (state, denial) => {
    expect(keyOf('u', state).denial).toBe(denial);
  });
});
