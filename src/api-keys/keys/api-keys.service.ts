import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/sql.js';
import type { Principal } from '../../auth/access/principal.js';
import type { Scope } from '../../auth/access/scopes.js';
import { Clock } from '../../common/clock.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { ApiKeyHasher } from './api-key-hasher.js';
import { createToken, displayPrefix, type TokenPrefix } from './api-key-token.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeysRepository, type KeysOfUser, type NewApiKey } from './api-keys.repository.js';
import { inheritedScopes, lackingFor, scopesNow, type KeyReach } from './key-reach.js';
import { AuthChangeFeed } from '../verification/auth-change-feed.js';

/** Most active keys of one user. */
export const ACTIVE_KEYS_MAX = 100;
const DEFAULT_SCOPES: readonly Scope[] = ['tools:call'];
const ACCOUNT_KEY: GrantedKey = { name: 'MCP account', scopes: DEFAULT_SCOPES, expiresAt: null };

export interface KeyWishes {
  name: string;
  /** Default `tools:call`. */
  scopes?: readonly Scope[];
  /** Null or absent: every tool the scopes reach. */
  allowedTools?: string[] | null;
  /** Null or absent: the configured limit. */
  rateLimitPerHour?: number | null;
  /** What it is counted under; null or absent: itself. */
  lineage?: string | null;
  /** Null: never. */
  expiresAt: Date | null;
}

/** A key as it is made: what was left open is decided. */
type GrantedKey = KeyWishes & Required<Pick<KeyWishes, 'scopes'>>;

/** A key with its token, which is not stored and cannot be shown again. */
export interface IssuedKey {
  key: ApiKey;
  token: string;
}

/** An account's key, and the result of what was booked with it. */
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
   * @throws TallygateError INSUFFICIENT_PERMISSIONS for a key that could do more than its owner; CONFLICT at the
   * limit of active keys
   */
  async create(owner: Principal, wishes: KeyWishes): Promise<IssuedKey> {
    const granted = { ...wishes, scopes: wishes.scopes ?? DEFAULT_SCOPES };
    this.refuseBeyond(owner, granted);
    return this.issue(owner.userId, (keys) => this.add(keys, 'sk-', granted));
  }

  /**
   * Newest first; `total` also counts those beyond the first 1 000. Keys that can do more than the owner's token are left out:
   * who holds an external token with less than its user's role learns nothing of an admin's keys.
   */
  async list(owner: Principal, includeInactive: boolean): Promise<{ keys: ApiKey[]; total: number }> {
    const now = new Date(this.clock.now());
    const role = (await this.repository.roleOf(owner.userId)) ?? owner.role;
    const [keys, total] = await this.repository.list(owner.userId, { now, includeInactive });
    const shown = keys.filter((key) => this.lacking(owner, { scopes: scopesNow({ ...key, role }) }).length === 0);
    return { keys: shown, total: total - (keys.length - shown.length) };
  }

  /** Whether a key works now: neither revoked nor expired. */
  isActive({ isActive, expiresAt }: ApiKey): boolean {
    return isActive && (expiresAt === null || expiresAt.getTime() > this.clock.now());
  }

  /**
   * Revokes a key at once. Revoking it again changes nothing.
   * @throws TallygateError NOT_FOUND for a key that is not theirs; INSUFFICIENT_PERMISSIONS for one that can do more
   */
  async revoke(owner: Principal, keyId: string): Promise<void> {
    const [key] = await this.repository.findByIds([keyId]);
    if (key?.userId !== owner.userId) throw notFound();
    this.refuseBeyond(owner, { scopes: scopesNow(key) });
    const tokenId = await this.repository.revoke(owner.userId, keyId);
    if (tokenId === undefined) throw notFound();
    this.feed.announce({ kind: 'key', id: tokenId });
  }

  /**
   * Issues a successor with the same name, scopes, limits and expiry, which is counted with it. The old key works until the
   * overlap ends.
   * @throws TallygateError NOT_FOUND for a key that is not theirs, INSUFFICIENT_PERMISSIONS for one that can do more than its
   * owner here, CONFLICT for one that is inactive or has a successor
   */
  async rotate(owner: Principal, keyId: string, overlapSeconds: number): Promise<IssuedKey> {
    const until = overlapSeconds === 0 ? null : new Date(this.clock.now() + overlapSeconds * 1_000);
    return this.issue(owner.userId, async (keys) => {
      const old = await keys.find(keyId);
      if (!old) throw notFound();
      this.refuseBeyond(owner, { scopes: scopesNow(old), rateLimitPerHour: old.rateLimitPerHour });
      this.refuseUnrotatable(old);
      const wishes = { ...old, scopes: inheritedScopes(owner, old), lineage: old.lineage ?? old.id };
      const issued = await this.add(keys, old.prefix.startsWith('mcp_') ? 'mcp_' : 'sk-', wishes, until ? 0 : 1);
      await keys.replace(old.id, issued.key.id, until);
      return { ...issued, ended: [old.tokenId] };
    });
  }

  /**
   * Issues the user's account key, `mcp_…`, in one transaction with what `book` does; earlier account keys end at
   * once. If `book` throws, nothing has changed. Concurrent calls for one user run one after the other.
   * @throws TallygateError CONFLICT at the limit of active keys
   */
  async issueAccountKey<T>(userId: string, book: (key: ApiKey, tx: Transaction) => Promise<T>): Promise<BookedKey<T>> {
    let booked!: T;
    const issued = await this.issue(userId, async (keys, tx) => {
      const ended = await keys.endAccountKeys();
      const added = await this.add(keys, 'mcp_', { ...ACCOUNT_KEY, lineage: await keys.accountLineage() });
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

  /** @param ending How many active keys the same transaction ends. */
  private async add(keys: KeysOfUser, prefix: TokenPrefix, wishes: GrantedKey, ending = 0): Promise<IssuedKey> {
    const now = new Date(this.clock.now());
    if ((await keys.countActive(now)) - ending >= ACTIVE_KEYS_MAX) throw tooManyKeys();
    const { token, tokenId } = createToken(prefix);
    const key = await keys.insert(this.newKey(token, tokenId, now, wishes));
    return { key, token };
  }

  private newKey(token: string, tokenId: string, createdAt: Date, wishes: GrantedKey): Omit<NewApiKey, 'userId'> {
    return {
      tokenId,
      hmac: Buffer.from(this.hasher.hash(token), 'latin1'),
      prefix: displayPrefix(token),
      name: wishes.name,
      scopes: [...wishes.scopes],
      allowedTools: wishes.allowedTools ?? null,
      rateLimitPerHour: wishes.rateLimitPerHour ?? null,
      lineage: wishes.lineage ?? null,
      expiresAt: wishes.expiresAt,
      createdAt,
    };
  }

  private lacking(owner: Principal, reach: KeyReach): Scope[] {
    return lackingFor(owner, reach, this.config.values.limits.api_key_per_hour);
  }

  /** What a caller may give, replace or end is what they have themselves. */
  private refuseBeyond(owner: Principal, reach: KeyReach): void {
    const requiredPermissions = this.lacking(owner, reach);
    if (requiredPermissions.length === 0) return;
    throw new TallygateError('INSUFFICIENT_PERMISSIONS', 'Insufficient permissions for this operation', { requiredPermissions });
  }

  private refuseUnrotatable(old: ApiKey): void {
    if (old.replacedBy) throw new TallygateError('CONFLICT', 'This API key has already been rotated.');
    if (!this.isActive(old)) throw new TallygateError('CONFLICT', 'This API key is revoked or expired; create a new one.');
  }
}

const notFound = () => new TallygateError('NOT_FOUND', 'API key not found');

const tooManyKeys = () => new TallygateError('CONFLICT', `Active key limit reached: ${ACTIVE_KEYS_MAX}. Revoke a key first.`);
