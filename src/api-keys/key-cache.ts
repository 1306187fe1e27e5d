import { LRUCache } from 'lru-cache';
import type { Principal } from '../auth/principal.js';
import type { AuthChanges } from './auth-change.js';
import { effectiveScopes } from './effective-scopes.js';
import type { StoredKey } from './api-keys.repository.js';

/** Above the 100 000 keys that must fit in 50 MB (docs/measures). One entry takes about 0.4 KB. */
const KEYS_MAX = 100_000;
/** Well-formed keys that do not exist, so that retrying one costs nothing. A flood of different ones is not worth keeping. */
const ABSENT_MAX = 10_000;

/** A key as the hot path needs it: everything derived is worked out once. */
export interface CachedKey {
  /** See `ApiKeyHasher`. */
  hash: string;
  isRevoked: boolean;
  isOwnerActive: boolean;
  /** Milliseconds since the epoch; Infinity for a key that never expires. */
  expiresAt: number;
  principal: Principal & Required<Pick<Principal, 'apiKey'>>;
}

/** Keys in memory, by token id. `null` stands for a key known not to exist. */
export class KeyCache {
  private readonly keys = new LRUCache<string, CachedKey>({ max: KEYS_MAX });
  private readonly absent = new LRUCache<string, true>({ max: ABSENT_MAX });

  get(tokenId: string): CachedKey | null | undefined {
    return this.keys.get(tokenId) ?? (this.absent.has(tokenId) ? null : undefined);
  }

  put(tokenId: string, key: CachedKey | null): void {
    if (key) this.keys.set(tokenId, key);
    else this.absent.set(tokenId, true);
  }

  /** Walks all keys when a user changed: that is rare, and an index by user would cost memory for every key. */
  forget({ keys, users }: AuthChanges): void {
    for (const tokenId of keys) {
      this.keys.delete(tokenId);
      this.absent.delete(tokenId);
    }
    if (users.size === 0) return;
    this.keys.forEach(({ principal }, tokenId) => users.has(principal.userId) && this.keys.delete(tokenId));
  }

  clear(): void {
    this.keys.clear();
    this.absent.clear();
  }
}

export function cachedKey(stored: StoredKey): CachedKey {
  const { id, name, rateLimitPerHour, userId, role } = stored;
  const allowedTools = stored.allowedTools && new Set(stored.allowedTools);
  return {
    hash: stored.hmac.toString('latin1'),
    isRevoked: !stored.isActive,
    isOwnerActive: stored.isOwnerActive,
    expiresAt: stored.expiresAt?.getTime() ?? Infinity,
    principal: {
      userId,
      role,
      scopes: effectiveScopes(stored.scopes, role),
      apiKey: { id, name, allowedTools, rateLimitPerHour },
    },
  };
}
