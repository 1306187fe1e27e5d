import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../../auth/access/principal.js';
import { Clock } from '../../common/clock.js';
import { withDeadline } from '../../common/concurrency/deadline.js';
import { GroupCommit } from '../../common/concurrency/group-commit.js';
import { Tally } from '../../telemetry/tally.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { ApiKeyHasher } from '../keys/api-key-hasher.js';
import { ApiKeysRepository } from '../keys/api-keys.repository.js';
import { AuthChangeFeed } from '../../auth/changes/auth-change-feed.js';
import { EVERYTHING, type AuthChangeListener } from '../../auth/changes/auth-change.js';
import { cachedKey, KeyCache, type CachedKey } from './key-cache.js';
import { KeyUsageTracker } from './key-usage.tracker.js';

export type ApiKeyDenial = 'malformed' | 'unknown' | 'expired' | 'revoked' | 'inactive_user' | 'inactive_account';
export type ApiKeyVerification = { ok: true; principal: Principal } | { ok: false; reason: ApiKeyDenial };

/** A key read longer ago than this may have been revoked two seconds ago, so the answer is thrown away. */
const READ_MAX_MS = 2_000;
/** Keys looked up in one statement, one statement at a time: a flood of unknown keys cannot occupy the database. */
const READ_BATCH_MAX = 500;
const READS_WAITING_MAX = 5_000;
/** Compared with when there is no key, so that an unknown key takes as long as a wrong one. */
const NO_HASH = '\0'.repeat(32);

interface Fill {
  key: Promise<CachedKey | null>;
  /** Something changed while it was reading; what it read answers those who wait, and is not kept. */
  isOvertaken: boolean;
}

/**
 * Who an API key speaks for. The hot path of every call: a known key is answered from memory, synchronously, in a few
 * microseconds. A miss reads PostgreSQL once for all who wait for that key.
 */
@Injectable()
export class ApiKeyVerifier implements OnModuleInit {
  /** Keys that memory knew, and that PostgreSQL was asked for. */
  readonly lookups = { hit: 0, miss: 0 };
  readonly denials = new Tally('tallygate_api_key_denials_total', 'API keys that were refused', ['reason']);
  private readonly cache = new KeyCache();
  private readonly fills = new Map<string, Fill>();
  private readonly reads = new GroupCommit<string, CachedKey | null>({
    commit: (tokenIds) => this.read(tokenIds),
    batchMax: READ_BATCH_MAX,
    queueMax: READS_WAITING_MAX,
    isItemFault: () => false,
  });

  constructor(
    private readonly repository: ApiKeysRepository,
    private readonly hasher: ApiKeyHasher,
    private readonly feed: AuthChangeFeed,
    private readonly usage: KeyUsageTracker,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.feed.onChange((changes) => this.forget(changes));
  }

  /** Keys that wait to be read. */
  get waiting(): number {
    return this.reads.depth;
  }

  /**
   * Synchronous when memory answers. A refusal is a value.
   * @throws TallygateError UNAVAILABLE when the database is needed and does not answer; OVERLOADED in a flood of misses.
   */
  verify(token: string): ApiKeyVerification | Promise<ApiKeyVerification> {
    const tokenId = this.hasher.idOf(token);
    if (tokenId === undefined) return this.deny('malformed');
    const known = this.remembered(tokenId);
    if (known !== undefined) return this.judge(token, known);
    return this.lookUp(tokenId).then((key) => this.judge(token, key));
  }

  /** What `verify` would answer without asking the database; undefined when it would have to ask. */
  recall(token: string): ApiKeyVerification | undefined {
    const tokenId = this.hasher.idOf(token);
    if (tokenId === undefined) return this.deny('malformed');
    const known = this.remembered(tokenId);
    return known === undefined ? undefined : this.judge(token, known);
  }

  /** Of the keys with these ids, those that work now, as PostgreSQL has them. @throws Error when it does not answer. */
  async workingAmong(ids: Iterable<string>): Promise<Set<string>> {
    const keys = (await this.repository.findByIds([...ids])).map(cachedKey);
    const now = this.clock.now();
    const working = keys.filter(({ denial, expiresAt }) => denial === null && now < expiresAt);
    return new Set(working.map(({ principal }) => principal.apiKey.id));
  }

  /** Memory is believed only while the feed has heard of every change until two seconds ago. */
  private remembered(tokenId: string): CachedKey | null | undefined {
    const known = this.feed.isFresh() ? this.cache.get(tokenId) : undefined;
    if (known !== undefined) this.lookups.hit += 1;
    return known;
  }

  private judge(token: string, key: CachedKey | null): ApiKeyVerification {
    const isRight = this.isRight(token, key);
    if (!key || !isRight) return this.deny('unknown');
    const now = this.clock.now();
    if (key.denial) return this.deny(key.denial);
    if (now >= key.expiresAt) return this.deny('expired');
    this.usage.touch(key.principal.apiKey.id, now);
    return { ok: true, principal: key.principal };
  }

  /** The mark is made for every token, so that none tells by the time it takes whether its key exists, or was used. */
  private isRight(token: string, key: CachedKey | null): boolean {
    const mark = this.hasher.markOf(token);
    if (key?.mark === mark) return true;
    const isRight = this.hasher.matches(token, key?.hash ?? NO_HASH);
    if (key && isRight) key.mark = mark;
    return isRight;
  }

  private deny(reason: ApiKeyDenial): ApiKeyVerification {
    this.denials.inc({ reason });
    return DENIALS[reason];
  }

  private async lookUp(tokenId: string): Promise<CachedKey | null> {
    this.lookups.miss += 1;
    const running = this.fills.get(tokenId);
    if (running) return running.key;
    if (this.reads.depth >= READS_WAITING_MAX) throw tooMany();
    const fill: Fill = { key: this.reads.submit(tokenId), isOvertaken: false };
    this.fills.set(tokenId, fill);
    return this.keep(tokenId, fill);
  }

  private async keep(tokenId: string, fill: Fill): Promise<CachedKey | null> {
    try {
      const key = await fill.key;
      if (!fill.isOvertaken) this.cache.put(tokenId, key);
      return key;
    } finally {
      if (this.fills.get(tokenId) === fill) this.fills.delete(tokenId);
    }
  }

  private async read(tokenIds: string[]): Promise<(CachedKey | null)[]> {
    const askedAt = this.clock.monotonic();
    const stored = await withDeadline(this.repository.findByTokenIds(tokenIds), READ_MAX_MS, tooLate).catch((error: unknown) => {
      throw unavailable(error);
    });
    // A process that was stopped meanwhile finds the answer and the end of the time together.
    if (this.clock.monotonic() - askedAt > READ_MAX_MS) throw unavailable(tooLate());
    const byTokenId = new Map(stored.map((key) => [key.tokenId, cachedKey(key)]));
    return tokenIds.map((tokenId) => byTokenId.get(tokenId) ?? null);
  }

  /** A fill that is under way may have read the state before the change. Later callers start one of their own. */
  private forget(changes: Parameters<AuthChangeListener>[0]): void {
    const isEveryFill = changes === EVERYTHING || changes.users.size > 0;
    for (const tokenId of isEveryFill ? this.fills.keys() : changes.keys) this.overtake(tokenId);
    if (changes === EVERYTHING) this.cache.clear();
    else this.cache.forget(changes);
  }

  private overtake(tokenId: string): void {
    const fill = this.fills.get(tokenId);
    if (fill) fill.isOvertaken = true;
    this.fills.delete(tokenId);
  }
}

const DENIALS = Object.fromEntries(
  (['malformed', 'unknown', 'expired', 'revoked', 'inactive_user', 'inactive_account'] as const).map((reason) => [
    reason,
    Object.freeze({ ok: false, reason }),
  ]),
) as Record<ApiKeyDenial, ApiKeyVerification>;

const tooLate = () => new Error(`PostgreSQL did not answer within ${READ_MAX_MS} ms`);

const unavailable = (cause: unknown) =>
  new TallygateError('UNAVAILABLE', 'API keys cannot be checked right now. Try again in a moment.', {
    cause,
    retryAfterSeconds: 1,
  });

const tooMany = () =>
  new TallygateError('OVERLOADED', 'Too many API keys are being looked up. Try again in a moment.', { retryAfterSeconds: 1 });
