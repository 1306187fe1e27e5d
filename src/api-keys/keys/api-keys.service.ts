import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Transaction } from '../../database/sql.js';
import { CallerLimit, type KeyLimits, type LimitedKey, type RateLimitRest } from '../../auth/access/caller-limit.service.js';
import type { Principal } from '../../auth/access/principal.js';
import { hasScope, SCOPES, type Scope } from '../../auth/access/scopes.js';
import { actorOf, type Actor } from '../../auth/audit/audit-entry.js';
import { BudgetUses } from '../../credits/budgets/budget-uses.service.js';
import { Confirmation } from '../../auth/sessions/confirmation.js';
import { Clock } from '../../common/clock.js';
import { HourlyLimits } from '../../limits/hourly-limits.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { DAY_MS } from '../../common/utc-day.js';
import { budgetOf, changedBudget, NO_BUDGET, type BudgetWish, type StoredBudget } from '../budgets/key-budget.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeysRepository, type KeySearch } from './api-keys.repository.js';
import { effectiveScopes } from './effective-scopes.js';
import type { KeyNow } from './key-details.dto.js';
import { KeyIssuer, type GrantedKey, type IssuedKey, type KeyWishes } from './key-issuer.service.js';
import { works } from './key-state.js';
import type { KeyChange, KeysOfUser, OwnedKey } from './keys-of-user.repository.js';
import { inheritedScopes, lackingFor, scopesNow, type KeyReach } from './key-reach.js';
import { AuthChangeFeed } from '../../auth/changes/auth-change-feed.js';
import { cachedKey } from '../verification/key-cache.js';

const DEFAULT_SCOPES: readonly Scope[] = ['tools:call'];
const ACCOUNT_KEY: GrantedKey = { name: 'MCP account', scopes: DEFAULT_SCOPES, expiresAt: null };

/** Whose keys operators look for. */
type AllKeysSearch = Pick<KeySearch, 'text' | 'userId' | 'isActive' | 'scope' | 'limit' | 'offset'> & {
  unusedDays?: number | undefined;
};

/** What somebody wants of a new key. */
type NewKeyWishes = Omit<KeyWishes, keyof StoredBudget> & { budget?: BudgetWish };

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
    private readonly limits: CallerLimit,
    private readonly confirmation: Confirmation,
    private readonly clock: Clock,
    private readonly hourly: HourlyLimits,
    private readonly budgets: BudgetUses,
  ) {}

  /**
   * @throws TallygateError INSUFFICIENT_PERMISSIONS for a key that could do more than its owner; CONFLICT at the
   * limit of active keys, and for a secret that is, or was, anybody's key; CONFIRMATION_REQUIRED in a session of the portal for a key
   * that could change the gateway, here and in `edit` and `rotate`
   * @param by Who makes it, if it is not the owner.
   */
  async create(owner: Principal, wishes: NewKeyWishes, by: Actor = actorOf(owner)): Promise<IssuedKey> {
    const budget = changedBudget(NO_BUDGET, wishes.budget ?? {}, randomUUID);
    const granted = { ...wishes, ...budget, scopes: wishes.scopes ?? DEFAULT_SCOPES };
    this.refuseBeyond(owner, granted);
    this.confirmation.demandForKey(owner, granted.scopes);
    const origin = wishes.secret === undefined ? {} : { made_elsewhere: true };
    return this.issuer.issue(owner.userId, by, (keys) => this.issuer.add(keys, 'sk-', granted, { origin }));
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

  /** Whether a key works now. */
  isActive(key: OwnedKey): boolean {
    return works(key, this.clock.now());
  }

  /** What of keys depends on more than themselves, in their order. @throws Error when PostgreSQL is away and one has a budget */
  async nowOf(keys: OwnedKey[]): Promise<KeyNow[]> {
    const uses = await this.budgets.of(keys.map(budgetOf));
    const perHourOf = (key: OwnedKey) => this.limits.perHourOf(limitedKey(key)) ?? null;
    return keys.map((key, place) => ({ isActive: this.isActive(key), perHour: perHourOf(key), budget: uses[place] }));
  }

  /** @throws TallygateError NOT_FOUND for a key that is not theirs, or can do more than they may */
  async get(owner: Principal, keyId: string): Promise<OwnedKey> {
    const key = await this.repository.findOf(owner.userId, keyId);
    if (!key || this.lacking(owner, { scopes: scopesNow(key) }).length > 0) throw notFound();
    return key;
  }

  /** Who a key speaks for while it works. @throws TallygateError NOT_FOUND for a key that is not theirs, unless they are an admin */
  async principalOf(caller: Principal, keyId: string): Promise<Principal> {
    const [stored] = await this.repository.findByIds([keyId]);
    if (!stored) throw notFound();
    if (!hasScope(caller.scopes, 'admin')) await this.get(caller, keyId);
    return cachedKey(stored).principal;
  }

  /** What is left of a key's limits this hour. */
  limitsOf(key: OwnedKey): Promise<KeyLimits<RateLimitRest>> {
    return this.limits.restOfKey(limitedKey(key));
  }

  /** The same of the user's account key, the last one where none works; no limits where there never was one. */
  async limitsOfAccountKey(userId: string): Promise<KeyLimits<RateLimitRest>> {
    const key = await this.repository.findAccountKey(userId);
    return key ? this.limitsOf(key) : {};
  }

  /**
   * Changes a key that works: within what its owner may do, in every direction. Where nothing differs, nothing is written.
   * @throws TallygateError NOT_FOUND; INSUFFICIENT_PERMISSIONS for a key that could do more than its owner, before or after; CONFLICT
   * for one that is inactive, or has a successor: its end is settled
   */
  async edit(owner: Principal, keyId: string, change: KeyChange, budget: BudgetWish = {}): Promise<OwnedKey> {
    return this.update(owner, owner.userId, async (keys) => {
      const key = await this.ownKey(keys, owner, keyId);
      this.refuseEnded(key);
      const { scopes = key.scopes, rateLimitPerHour = key.rateLimitPerHour } = change;
      this.refuseBeyond(owner, { scopes, rateLimitPerHour });
      if (change.scopes) this.confirmation.demandForKey(owner, change.scopes);
      return { key, change: { ...change, ...changedBudget(key, budget, randomUUID) } };
    });
  }

  /**
   * Revokes a key at once. Revoking it again changes nothing.
   * @throws TallygateError NOT_FOUND for a key that is not theirs; INSUFFICIENT_PERMISSIONS for one that can do more
   */
  revoke(owner: Principal, keyId: string, reason?: string): Promise<void> {
    return this.end(owner, owner.userId, keyId, reason);
  }

  /**
   * Changes the budget of anybody's key that works.
   * @throws TallygateError NOT_FOUND; INVALID_INPUT for a period without a budget; CONFLICT for a key that is inactive, or has a successor
   */
  async budgetOfAnybody(admin: Principal, keyId: string, budget: BudgetWish): Promise<OwnedKey> {
    const [stored] = await this.repository.findByIds([keyId]);
    if (!stored) throw notFound();
    return this.update(admin, stored.userId, async (keys) => {
      const key = await keys.find(keyId);
      if (!key) throw notFound();
      this.refuseEnded(key);
      return { key, change: changedBudget(key, budget, randomUUID) };
    });
  }

  /** Revokes anybody's key. @throws TallygateError NOT_FOUND */
  async revokeOfAnybody(admin: Principal, keyId: string, reason?: string): Promise<void> {
    const [key] = await this.repository.findByIds([keyId]);
    if (!key) throw notFound();
    await this.end(admin, key.userId, keyId, reason);
  }

  /** A page of all users' keys, newest first; a text is looked for in their owners' e-mails too. */
  searchAll({ unusedDays, ...found }: AllKeysSearch) {
    const unusedSince = unusedDays === undefined ? undefined : new Date(this.clock.now() - unusedDays * DAY_MS);
    return this.search({ ...found, unusedSince, isOwnerSearched: true });
  }

  /** How many keys of each of these users work now. */
  countWorking(userIds: string[]): Promise<ReadonlyMap<string, number>> {
    return this.repository.countWorking(userIds, new Date(this.clock.now()));
  }

  /**
   * Issues a successor with the same name, scopes, limits and expiry, which is counted with it. The old key works until the
   * overlap ends.
   * @throws TallygateError NOT_FOUND for a key that is not theirs, INSUFFICIENT_PERMISSIONS for one that can do more than its
   * owner here, CONFLICT for one that is inactive or has a successor
   */
  async rotate(owner: Principal, keyId: string, overlapSeconds: number): Promise<IssuedKey> {
    const until = overlapSeconds === 0 ? null : new Date(this.clock.now() + overlapSeconds * 1_000);
    return this.issuer.issue(owner.userId, actorOf(owner), async (keys) => {
      const old = await this.ownKey(keys, owner, keyId);
      this.refuseEnded(old);
      this.confirmation.demandForKey(owner, old.scopes);
      const wishes = { ...old, scopes: inheritedScopes(owner, old), lineage: old.lineage ?? old.id };
      const asSuccessor = { ending: until ? 0 : 1, origin: { replaces: old.id } };
      const issued = await this.issuer.add(keys, old.prefix.startsWith('mcp_') ? 'mcp_' : 'sk-', wishes, asSuccessor);
      await keys.replace(old, issued.key.id, until);
      return { ...issued, ended: [old.tokenId] };
    });
  }

  /**
   * Issues the caller's account key, `mcp_…`, in one transaction with what `book` does; earlier account keys end at
   * once. If `book` throws, nothing has changed. Concurrent calls for one user run one after the other.
   * @param isShown false: nobody is told the secret, so that the key ends as it is made; a key that nobody has must not work
   * @throws TallygateError CONFLICT at the limit of active keys
   */
  async issueAccountKey<T>(
    userId: string,
    by: Actor,
    book: (key: ApiKey, tx: Transaction) => Promise<T>,
    isShown = true,
  ): Promise<BookedKey<T>> {
    let booked!: T;
    const issued = await this.issuer.issue(userId, by, async (keys, tx) => {
      const ended = await keys.endAccountKeys();
      const added = await this.issuer.add(keys, 'mcp_', { ...ACCOUNT_KEY, lineage: await keys.accountLineage() });
      booked = await book(added.key, tx);
      if (!isShown) await keys.revoke(added.key, 'nobody was shown it');
      return { ...added, ended };
    });
    return { ...issued, booked };
  }

  /** One of the caller's own keys, which can do no more than they may. */
  private async ownKey(keys: KeysOfUser, owner: Principal, keyId: string): Promise<OwnedKey> {
    const key = await keys.find(keyId);
    if (!key) throw notFound();
    this.refuseBeyond(owner, { scopes: scopesNow(key), rateLimitPerHour: key.rateLimitPerHour });
    return key;
  }

  /** Changes a key of a user with their keys locked, and tells all replicas; where nothing differs, nothing is told. */
  private async update(
    by: Principal,
    userId: string,
    decide: (keys: KeysOfUser) => Promise<{ key: OwnedKey; change: KeyChange }>,
  ): Promise<OwnedKey> {
    const { key, made } = await this.repository.changeKeysOf(userId, actorOf(by), async (keys) => {
      const { key, change } = await decide(keys);
      return { key, made: await keys.update(key, change) };
    });
    if (made !== key) this.feed.announce({ kind: 'key', id: made.tokenId });
    return made;
  }

  private async end(by: Principal, userId: string, keyId: string, reason: string | undefined): Promise<void> {
    const tokenId = await this.repository.changeKeysOf(userId, actorOf(by), async (keys) => {
      const key = await keys.find(keyId);
      if (!key) throw notFound();
      this.refuseBeyond(by, { scopes: scopesNow(key) });
      await keys.revoke(key, reason ?? null);
      return key.tokenId;
    });
    this.feed.announce({ kind: 'key', id: tokenId });
  }

  private search(found: Omit<KeySearch, 'now'>): Promise<{ keys: OwnedKey[]; total: number }> {
    return this.repository.search({ ...found, now: new Date(this.clock.now()) });
  }

  private lacking(owner: Principal, reach: KeyReach): Scope[] {
    return lackingFor(owner, reach, this.hourly.of(owner.tier));
  }

  /** What a caller may give, replace or end is what they have themselves. */
  private refuseBeyond(owner: Principal, reach: KeyReach): void {
    const requiredPermissions = this.lacking(owner, reach);
    if (requiredPermissions.length === 0) return;
    throw new TallygateError('INSUFFICIENT_PERMISSIONS', 'Insufficient permissions for this operation', { requiredPermissions });
  }

  private refuseEnded(key: OwnedKey): void {
    if (key.replacedBy) throw new TallygateError('CONFLICT', `This API key was replaced by ${key.replacedBy}; change that one.`);
    if (!this.isActive(key)) throw new TallygateError('CONFLICT', 'This API key is revoked or expired; create a new one.');
  }
}

const limitedKey = ({ id, userId, role, scopes, rateLimitPerHour, lineage, tier }: OwnedKey): LimitedKey => ({
  ...{ userId, scopes: effectiveScopes(scopes, role), lineage: lineage ?? id, rateLimitPerHour },
  ...(tier !== null && { tier }),
});

const notFound = () => new TallygateError('NOT_FOUND', 'API key not found');
