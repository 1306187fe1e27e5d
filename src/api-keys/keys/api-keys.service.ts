import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../database/sql.js';
import { CallerLimit } from '../../auth/access/caller-limit.service.js';
import type { Principal } from '../../auth/access/principal.js';
import { SCOPES, type Role, type Scope } from '../../auth/access/scopes.js';
import { actorOf, type AuditAction } from '../../auth/audit/audit-entry.js';
import { AuditLog } from '../../auth/audit/audit-log.service.js';
import { Clock } from '../../common/clock.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeysRepository, type KeyChange, type KeyOfUser, type KeySearch, type KeysOfUser } from './api-keys.repository.js';
import { effectiveScopes } from './effective-scopes.js';
import { KeyIssuer, type GrantedKey, type IssuedKey, type KeyWishes } from './key-issuer.service.js';
import { inheritedScopes, lackingFor, scopesNow, type KeyReach } from './key-reach.js';
import { AuthChangeFeed } from '../verification/auth-change-feed.js';

const DEFAULT_SCOPES: readonly Scope[] = ['tools:call'];
const ACCOUNT_KEY: GrantedKey = { name: 'MCP account', scopes: DEFAULT_SCOPES, expiresAt: null };

/** An account's key, and the result of what was booked with it. */
export interface BookedKey<T> extends IssuedKey {
  booked: T;
}

/** A user's API keys: issue, look at, change, rotate, revoke. Every change is in the audit log. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly repository: ApiKeysRepository,
    private readonly issuer: KeyIssuer,
    private readonly feed: AuthChangeFeed,
    private readonly audit: AuditLog,
    private readonly limits: CallerLimit,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * @throws TallygateError INSUFFICIENT_PERMISSIONS for a key that could do more than its owner; CONFLICT at the
   * limit of active keys, and for a secret that is, or was, anybody's key
   */
  async create(owner: Principal, wishes: KeyWishes): Promise<IssuedKey> {
    const granted = { ...wishes, scopes: wishes.scopes ?? DEFAULT_SCOPES };
    this.refuseBeyond(owner, granted);
    return this.issuer.issue(owner.userId, async (keys, tx) => {
      const issued = await this.issuer.add(keys, 'sk-', granted);
      const madeElsewhere = wishes.secret === undefined ? {} : { made_elsewhere: true };
      await this.note(tx, owner, 'api_key.created', issued.key, { scopes: issued.key.scopes, ...madeElsewhere });
      return issued;
    });
  }

  /**
   * A page of the owner's keys, newest first. Keys that can do more than the owner's token are left out: who holds an external token
   * with less than its user's role learns nothing of an admin's keys.
   */
  async list(owner: Principal, found: Pick<KeySearch, 'text' | 'isActive' | 'limit' | 'offset'>) {
    const role = (await this.repository.roleOf(owner.userId)) ?? owner.role;
    const without = SCOPES.filter((scope) => this.lacking(owner, { scopes: scopesNow({ scopes: [scope], role }) }).length > 0);
    return this.search({ ...found, userId: owner.userId, without });
  }

  /** Whether a key works now: neither revoked nor expired. */
  isActive({ isActive, expiresAt }: ApiKey): boolean {
    return isActive && (expiresAt === null || expiresAt.getTime() > this.clock.now());
  }

  /** @throws TallygateError NOT_FOUND for a key that is not theirs, or can do more than they may */
  async get(owner: Principal, keyId: string): Promise<ApiKey> {
    const key = await this.repository.findOf(owner.userId, keyId);
    const role = (await this.repository.roleOf(owner.userId)) ?? owner.role;
    if (!key || this.lacking(owner, { scopes: scopesNow({ ...key, role }) }).length > 0) throw notFound();
    return key;
  }

  /** Requests a key has left this hour, by its own limit or that of all its user's keys, whichever is nearer; null: no limit. */
  async remainingOf({ id, name, userId, scopes, rateLimitPerHour, lineage }: ApiKey): Promise<number | null> {
    const role = (await this.repository.roleOf(userId)) ?? 'user';
    const apiKey = { id, name, allowedTools: null, rateLimitPerHour, ...(lineage && { lineage }) };
    const rests = await this.limits.restOf({ userId, role, scopes: effectiveScopes(scopes, role), apiKey });
    return rests.length === 0 ? null : Math.min(...rests.map(({ remaining }) => remaining));
  }

  /**
   * Changes a key that works: within what its owner may do, in every direction.
   * @throws TallygateError NOT_FOUND; INSUFFICIENT_PERMISSIONS for a key that could do more than its owner, before or after; CONFLICT
   * for one that is inactive
   */
  async edit(owner: Principal, keyId: string, change: KeyChange): Promise<ApiKey> {
    const changed = await this.repository.changeKeysOf(owner.userId, async (keys, tx) => {
      const old = await this.ownKey(keys, owner, keyId);
      if (!this.isActive(old)) throw inactive();
      const { scopes = old.scopes, rateLimitPerHour = old.rateLimitPerHour } = change;
      this.refuseBeyond(owner, { scopes, rateLimitPerHour });
      const made = await keys.update(keyId, change);
      await this.audit.write(tx, actorOf(owner), {
        action: 'api_key.changed',
        subjectId: keyId,
        details: differences(old, made),
      });
      return made;
    });
    this.feed.announce({ kind: 'key', id: changed.tokenId });
    return changed;
  }

  /**
   * Revokes a key at once. Revoking it again changes nothing.
   * @throws TallygateError NOT_FOUND for a key that is not theirs; INSUFFICIENT_PERMISSIONS for one that can do more
   */
  revoke(owner: Principal, keyId: string, reason?: string): Promise<void> {
    return this.end(owner, owner.userId, keyId, reason);
  }

  /** Revokes anybody's key. @throws TallygateError NOT_FOUND */
  async revokeOfAnybody(admin: Principal, keyId: string, reason?: string): Promise<void> {
    const [key] = await this.repository.findByIds([keyId]);
    if (!key) throw notFound();
    await this.end(admin, key.userId, keyId, reason);
  }

  /** A page of all users' keys, newest first. */
  search(found: Omit<KeySearch, 'now'>): Promise<{ keys: KeyOfUser[]; total: number }> {
    return this.repository.search({ ...found, now: new Date(this.clock.now()) });
  }

  /**
   * Issues a successor with the same name, scopes, limits and expiry, which is counted with it. The old key works until the
   * overlap ends.
   * @throws TallygateError NOT_FOUND for a key that is not theirs, INSUFFICIENT_PERMISSIONS for one that can do more than its
   * owner here, CONFLICT for one that is inactive or has a successor
   */
  async rotate(owner: Principal, keyId: string, overlapSeconds: number): Promise<IssuedKey> {
    const until = overlapSeconds === 0 ? null : new Date(this.clock.now() + overlapSeconds * 1_000);
    return this.issuer.issue(owner.userId, async (keys, tx) => {
      const old = await this.ownKey(keys, owner, keyId);
      this.refuseUnrotatable(old);
      const wishes = { ...old, scopes: inheritedScopes(owner, old), lineage: old.lineage ?? old.id };
      const issued = await this.issuer.add(keys, old.prefix.startsWith('mcp_') ? 'mcp_' : 'sk-', wishes, until ? 0 : 1);
      await keys.replace(old.id, issued.key.id, until);
      await this.note(tx, owner, 'api_key.rotated', old, { successor: issued.key.id });
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
    const issued = await this.issuer.issue(userId, async (keys, tx) => {
      const ended = await keys.endAccountKeys();
      const added = await this.issuer.add(keys, 'mcp_', { ...ACCOUNT_KEY, lineage: await keys.accountLineage() });
      booked = await book(added.key, tx);
      return { ...added, ended };
    });
    return { ...issued, booked };
  }

  /** One of the caller's own keys, which can do no more than they may. */
  private async ownKey(keys: KeysOfUser, owner: Principal, keyId: string): Promise<ApiKey & { role: Role }> {
    const key = await keys.find(keyId);
    if (!key) throw notFound();
    this.refuseBeyond(owner, { scopes: scopesNow(key), rateLimitPerHour: key.rateLimitPerHour });
    return key;
  }

  private async end(by: Principal, userId: string, keyId: string, reason: string | undefined): Promise<void> {
    const tokenId = await this.repository.changeKeysOf(userId, async (keys, tx) => {
      const key = await keys.find(keyId);
      if (!key) throw notFound();
      this.refuseBeyond(by, { scopes: scopesNow(key) });
      await keys.revoke(keyId, by.userId, reason ?? null);
      if (key.isActive) await this.note(tx, by, 'api_key.revoked', key, reason === undefined ? {} : { reason });
      return key.tokenId;
    });
    this.feed.announce({ kind: 'key', id: tokenId });
  }

  private note(
    tx: Transaction,
    by: Principal,
    action: AuditAction,
    { id, name, userId }: ApiKey,
    details: object,
  ): Promise<void> {
    return this.audit.write(tx, actorOf(by), { action, subjectId: id, details: { name, user_id: userId, ...details } });
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
    if (!this.isActive(old)) throw inactive();
  }
}

/** What a change came to, before and after, for the log. */
function differences(old: ApiKey, made: ApiKey): Record<string, { before: unknown; after: unknown }> {
  const names = ['name', 'scopes', 'allowedTools', 'rateLimitPerHour', 'expiresAt'] as const;
  const changed = names.filter((name) => !isDeepStrictEqual(old[name], made[name]));
  return Object.fromEntries(changed.map((name) => [name, { before: old[name], after: made[name] }]));
}

const inactive = () => new TallygateError('CONFLICT', 'This API key is revoked or expired; create a new one.');

const notFound = () => new TallygateError('NOT_FOUND', 'API key not found');
