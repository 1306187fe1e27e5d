import type { Principal } from '../../auth/access/principal.js';
import { lruOf } from '../../common/lru.js';
import type { AuthChanges } from '../../auth/changes/auth-change.js';
import { budgetOf } from '../budgets/key-budget.js';
import { effectiveScopes } from '../keys/effective-scopes.js';
import type { StoredKey } from '../keys/api-keys.repository.js';
import { lastingDenial } from '../keys/key-state.js';

/** 100 000 keys must fit in 50 MB: one takes about 450 bytes. */
const KEYS_MAX = 100_000;
/** Well-formed keys that do not exist, so that retrying one costs nothing. A flood of different ones is not worth keeping. */
const ABSENT_MAX = 10_000;

/** Changed users noted before the keys are walked for them, which takes some 30 ms for 100 000. */
const CHANGED_USERS_MAX = 1_000;

/** A key as the hot path needs it: everything derived is worked out once. */
export interface CachedKey {
  /** See `ApiKeyHasher`. */
  hash: string;
  /** See `ApiKeyHasher.markOf`; undefined until the key was shown and was right. */
  mark: string | undefined;
  /** Why it does not work whatever the time; null when it does. */
  denial: ReturnType<typeof lastingDenial>;
  /** Milliseconds since the epoch; Infinity for a key that never expires. */
  expiresAt: number;
  principal: Principal & Required<Pick<Principal, 'apiKey'>>;
  /** Its place in the order of keys and changes that reached the cache. */
  place: number;
}

/** Keys in memory, by token id. `null` stands for a key known not to exist. */
export class KeyCache {
  private readonly keys = lruOf<string, CachedKey>(KEYS_MAX);
  private readonly absent = lruOf<string, true>(ABSENT_MAX);
  /** When users changed: keys of theirs that were put before are outdated. An index by user would cost memory for every key. */
  private readonly changedUsers = new Map<string, number>();
  private place = 0;

  get(tokenId: string): CachedKey | null | undefined {
    const key = this.keys.get(tokenId);
    if (key) return this.isOutdated(key) ? undefined : key;
    return this.absent.has(tokenId) ? null : undefined;
  }

  put(tokenId: string, key: CachedKey | null): void {
    if (!key) return void this.absent.set(tokenId, true);
    key.place = ++this.place;
    this.keys.set(tokenId, key);
  }

  forget({ keys, users }: AuthChanges): void {
    for (const tokenId of keys) {
      this.keys.delete(tokenId);
      this.absent.delete(tokenId);
    }
    for (const userId of users) this.changedUsers.set(userId, this.place);
    if (this.changedUsers.size > CHANGED_USERS_MAX) this.dropOutdated();
  }

  clear(): void {
    this.keys.clear();
    this.absent.clear();
    this.changedUsers.clear();
  }

  private isOutdated({ principal, place }: CachedKey): boolean {
    return this.changedUsers.size > 0 && place <= (this.changedUsers.get(principal.userId) ?? 0);
  }

  private dropOutdated(): void {
    this.keys.forEach((key, tokenId) => this.isOutdated(key) && this.keys.delete(tokenId));
    this.changedUsers.clear();
  }
}

export function cachedKey(stored: StoredKey): CachedKey {
  const { id, name, rateLimitPerHour, lineage, userId, role, accountId, tier } = stored;
  const budget = budgetOf(stored);
  const allowedTools = stored.allowedTools && new Set(stored.allowedTools);
  return {
    hash: stored.hmac.toString('latin1'),
    mark: undefined,
    denial: lastingDenial(stored),
    expiresAt: stored.expiresAt?.getTime() ?? Infinity,
    principal: {
      userId,
      role,
      scopes: effectiveScopes(stored.scopes, role),
      ...(accountId !== null && { accountId: Number(accountId), tier: tier! }),
      apiKey: { id, name, allowedTools, rateLimitPerHour, ...(lineage !== null && { lineage }), ...(budget && { budget }) },
    },
    place: 0,
  };
}
