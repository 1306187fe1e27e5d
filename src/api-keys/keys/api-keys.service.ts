import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/sql.js';
import type { Principal } from '../../auth/access/principal.js';
import { hasScope, type Scope } from '../../auth/access/scopes.js';
import { Clock } from '../../common/clock.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { ApiKeyHasher } from './api-key-hasher.js';
import { createToken, displayPrefix, type TokenPrefix } from './api-key-token.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeysRepository, type KeysOfUser, type NewApiKey } from './api-keys.repository.js';
import { AuthChangeFeed } from '../verification/auth-change-feed.js';

/** Keys of one user that work at the same time. */
export const ACTIVE_KEYS_MAX = 100;
const DEFAULT_SCOPES: readonly Scope[] = ['tools:call'];
const ACCOUNT_KEY: KeyWishes = { name: 'MCP account', expiresAt: null };

export interface KeyWishes {
  name: string;
  /** Default `tools:call`. */
  scopes?: readonly Scope[];
  /** Null or absent: every tool the scopes reach. */
  allowedTools?: string[] | null;
  /** Null or absent: the configured limit. */
  rateLimitPerHour?: number | null;
  /** Null: never. */
  expiresAt: Date | null;
}

/** A key with its token, which exists nowhere else and cannot be shown again. */
export interface IssuedKey {
  key: ApiKey;
  token: string;
}

/** An account's key, and what was booked with it. */
export interface BookedKey<T> extends IssuedKey {
  booked: T;
}

/** A user's API keys: issue, list, revoke, rotate. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly repository: ApiKeysRepository,
    private readonly hasher: ApiKeyHasher,
    private readonly feed: AuthChangeFeed,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * @throws TallygateError INSUFFICIENT_PERMISSIONS for a key that could do more than its owner; CONFLICT when the
   * owner has as many active keys as are allowed.
   */
  async create(owner: Principal, wishes: KeyWishes): Promise<IssuedKey> {
    this.refuseBeyond(owner, wishes);
    return this.issue(owner.userId, (keys) => this.add(keys, 'sk-', wishes));
  }

  /** Newest first; `total` counts those beyond the first 1 000 as well. */
  async list(owner: Principal, includeInactive: boolean): Promise<{ keys: ApiKey[]; total: number }> {
    const [keys, total] = await this.repository.list(owner.userId, { now: new Date(this.clock.now()), includeInactive });
    return { keys, total };
  }

  /** Whether a key works now: neither revoked nor expired. */
  isActive({ isActive, expiresAt }: ApiKey): boolean {
    return isActive && (expiresAt === null || expiresAt.getTime() > this.clock.now());
  }

  /** Ends a key at once. Revoking it again changes nothing. @throws TallygateError NOT_FOUND for a key that is not theirs. */
  async revoke(owner: Principal, keyId: string): Promise<void> {
    const tokenId = await this.repository.revoke(owner.userId, keyId);
    if (tokenId === undefined) throw notFound();
    this.feed.announce({ kind: 'key', id: tokenId });
  }

  /**
   * Issues a successor with the same name, scopes, limits and expiry. The old key lives on for the overlap.
   * @throws TallygateError NOT_FOUND for a key that is not theirs, CONFLICT for one that no longer works or has a successor.
   */
  async rotate(owner: Principal, keyId: string, overlapSeconds: number): Promise<IssuedKey> {
    const until = overlapSeconds === 0 ? null : new Date(this.clock.now() + overlapSeconds * 1_000);
    return this.issue(owner.userId, async (keys) => {
      const old = await keys.find(keyId);
      this.refuseUnrotatable(old);
      const issued = await this.add(keys, old.prefix.startsWith('mcp_') ? 'mcp_' : 'sk-', old, until ? 0 : 1);
      await keys.replace(old.id, issued.key.id, until);
      return { ...issued, ended: [old.tokenId] };
    });
  }

  /**
   * Issues the user's account key, `mcp_…`, in one transaction with what is booked for it; account keys before it end at
   * once. What `book` throws undoes everything. Of several at once for one user each waits for the one before.
   * @throws TallygateError CONFLICT when the user has as many active keys as are allowed.
   */
  async issueAccountKey<T>(userId: string, book: (key: ApiKey, tx: Transaction) => Promise<T>): Promise<BookedKey<T>> {
    let booked!: T;
    const issued = await this.issue(userId, async (keys, tx) => {
      const ended = await keys.endAccountKeys();
      const added = await this.add(keys, 'mcp_', ACCOUNT_KEY);
      booked = await book(added.key, tx);
      return { ...added, ended };
    });
    return { ...issued, booked };
  }

  private async issue(
    userId: string,
    change: (keys: KeysOfUser, tx: Transaction) => Promise<IssuedKey & { ended?: string[] }>,
  ): Promise<IssuedKey> {
    const { key, token, ended = [] } = await this.repository.changeKeysOf(userId, change);
    for (const id of [key.tokenId, ...ended]) this.feed.announce({ kind: 'key', id });
    return { key, token };
  }

  /** @param ending How many active keys end in the same transaction. */
  private async add(keys: KeysOfUser, prefix: TokenPrefix, wishes: KeyWishes, ending = 0): Promise<IssuedKey> {
    const now = new Date(this.clock.now());
    if ((await keys.countActive(now)) - ending >= ACTIVE_KEYS_MAX) throw tooManyKeys();
    const { token, tokenId } = createToken(prefix);
    const key = await keys.insert(this.newKey(token, tokenId, now, wishes));
    return { key, token };
  }

  private newKey(token: string, tokenId: string, createdAt: Date, wishes: KeyWishes): Omit<NewApiKey, 'userId'> {
    return {
      tokenId,
      hmac: Buffer.from(this.hasher.hash(token), 'latin1'),
      prefix: displayPrefix(token),
      name: wishes.name,
      scopes: [...(wishes.scopes ?? DEFAULT_SCOPES)],
      allowedTools: wishes.allowedTools ?? null,
      rateLimitPerHour: wishes.rateLimitPerHour ?? null,
      expiresAt: wishes.expiresAt,
      createdAt,
    };
  }

  /** Its limit counts as a permission: a key's own limit wins over the configured one, so raising it is an admin's. */
  private refuseBeyond({ scopes: own }: Principal, { scopes = DEFAULT_SCOPES, rateLimitPerHour }: KeyWishes): void {
    const isRaised = (rateLimitPerHour ?? 0) > this.config.values.limits.api_key_per_hour;
    const needed: readonly Scope[] = isRaised ? [...scopes, 'admin'] : scopes;
    const requiredPermissions = needed.filter((scope) => !hasScope(own, scope));
    if (requiredPermissions.length === 0) return;
    throw new TallygateError('INSUFFICIENT_PERMISSIONS', 'Insufficient permissions for this operation', { requiredPermissions });
  }

  private refuseUnrotatable(old: ApiKey | undefined): asserts old is ApiKey {
    if (!old) throw notFound();
    if (old.replacedBy) throw new TallygateError('CONFLICT', 'This API key has been rotated already.');
    if (!this.isActive(old)) throw new TallygateError('CONFLICT', 'This API key is revoked or expired; create a new one.');
  }
}

const notFound = () => new TallygateError('NOT_FOUND', 'API key not found');

const tooManyKeys = () =>
  new TallygateError('CONFLICT', `You have ${ACTIVE_KEYS_MAX} active API keys, the most allowed. Revoke one first.`);
