import { Injectable } from '@nestjs/common';
import type { Scope } from '../../auth/access/scopes.js';
import type { Actor } from '../../auth/audit/audit-entry.js';
import { Clock } from '../../common/clock.js';
import { TallygateError } from '../../common/tallygate-error.js';
import type { Transaction } from '../../database/sql.js';
import { AuthChangeFeed } from '../../auth/changes/auth-change-feed.js';
import { ApiKeyHasher } from './api-key-hasher.js';
import { createToken, displayPrefix, type TokenPrefix } from './api-key-token.js';
import type { StoredBudget } from '../budgets/key-budget.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import type { KeysOfUser, NewApiKey } from './keys-of-user.repository.js';

/** Most active keys of one user. */
export const ACTIVE_KEYS_MAX = 100;
/** Most keys that are made for a user in a day. Each stays written down, and rotating counts against no limit of requests. */
export const MADE_IN_A_DAY_MAX = 1_000;

export interface KeyWishes extends Partial<StoredBudget> {
  name: string;
  /** Default `tools:call`. */
  scopes?: readonly Scope[];
  /** Null or absent: every tool the scopes reach. */
  allowedTools?: string[] | null;
  /** Null or absent: what keys of its owner have. */
  rateLimitPerHour?: number | null;
  /** What it is counted under; null or absent: itself. */
  lineage?: string | null;
  /** Null: never. */
  expiresAt: Date | null;
  /** A secret made elsewhere that becomes the key. Absent: a new one is made. */
  secret?: string | undefined;
}

/** A key as it is made: what was left open is decided. */
export type GrantedKey = KeyWishes & Required<Pick<KeyWishes, 'scopes'>>;

/** A key with its token, which is not stored and cannot be shown again. */
export interface IssuedKey {
  key: ApiKey;
  token: string;
}

/** Makes keys: within a transaction that changes a user's keys, told to every replica when it is committed. */
@Injectable()
export class KeyIssuer {
  constructor(
    private readonly repository: ApiKeysRepository,
    private readonly hasher: ApiKeyHasher,
    private readonly feed: AuthChangeFeed,
    private readonly clock: Clock,
  ) {}

  /** Runs a change that makes a key, and may end others: those with the token ids in `ended`. */
  async issue(
    userId: string,
    by: Actor,
    change: (keys: KeysOfUser, tx: Transaction) => Promise<IssuedKey & { ended?: string[] }>,
  ): Promise<IssuedKey> {
    const { key, token, ended = [] } = await this.repository.changeKeysOf(userId, by, change);
    for (const id of [key.tokenId, ...ended]) this.feed.announce({ kind: 'key', id });
    return { key, token };
  }

  /**
   * `ending`: how many active keys the same transaction ends. `origin`: where the key comes from, for the audit log.
   * @throws TallygateError CONFLICT at the limit of active keys or of keys made in a day, and for a secret that is, or was, anybody's key
   */
  async add(keys: KeysOfUser, prefix: TokenPrefix, wishes: GrantedKey, { ending = 0, origin = {} } = {}): Promise<IssuedKey> {
    const now = new Date(this.clock.now());
    const { active, made } = await keys.count(now);
    if (active - ending >= ACTIVE_KEYS_MAX) throw tooManyKeys();
    if (made >= MADE_IN_A_DAY_MAX) throw tooManyInADay();
    const { token, tokenId } = wishes.secret === undefined ? createToken(prefix) : this.broughtIn(wishes.secret);
    const key = await keys.insert(this.newKey(token, tokenId, now, wishes), origin);
    if (!key) throw new TallygateError('CONFLICT', 'This secret is, or was, a key of this gateway. Bring in another one.');
    return { key, token };
  }

  /** What decides whether a secret will do has looked at it before. */
  private broughtIn(token: string): { token: string; tokenId: string } {
    const tokenId = this.hasher.idOf(token);
    if (tokenId === undefined) throw new TallygateError('INVALID_INPUT', 'This secret can be no key.');
    return { token, tokenId };
  }

  private newKey(token: string, tokenId: string, createdAt: Date, wishes: GrantedKey): NewApiKey {
    return {
      tokenId,
      hmac: Buffer.from(this.hasher.hash(token), 'latin1'),
      prefix: displayPrefix(token),
      name: wishes.name,
      scopes: [...wishes.scopes],
      allowedTools: wishes.allowedTools ?? null,
      rateLimitPerHour: wishes.rateLimitPerHour ?? null,
      creditBudget: wishes.creditBudget ?? null,
      budgetPeriod: wishes.budgetPeriod ?? null,
      budgetId: wishes.budgetId ?? null,
      lineage: wishes.lineage ?? null,
      expiresAt: wishes.expiresAt,
      createdAt,
    };
  }
}

const tooManyInADay = () =>
  new TallygateError(
    'CONFLICT',
    `${MADE_IN_A_DAY_MAX} keys were made for you within a day. Revoking works; make the next one later.`,
  );

const tooManyKeys = () => new TallygateError('CONFLICT', `Active key limit reached: ${ACTIVE_KEYS_MAX}. Revoke a key first.`);
