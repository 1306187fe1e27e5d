import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { Role, Scope } from '../../auth/access/scopes.js';
import type { Actor } from '../../auth/audit/audit-entry.js';
import { AuditLog } from '../../auth/audit/audit-log.service.js';
import { LOCK_OF_ONE } from '../../database/advisory-lock.js';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import type { StoredBudget } from '../budgets/key-budget.js';
import { ApiKey } from './api-key.entity.js';
import type { KeyStanding } from './key-state.js';
import { KeysOfUser, OWNED_KEYS, type OwnedKey } from './keys-of-user.repository.js';

/** A key and its owner's rights, as the verifier needs them. */
export interface StoredKey
  extends
    Pick<ApiKey, 'id' | 'tokenId' | 'hmac' | 'name' | 'userId' | 'scopes' | 'allowedTools' | 'rateLimitPerHour' | 'lineage'>,
    StoredBudget,
    KeyStanding {
  role: Role;
  /** A bigint as PostgreSQL sends it; null when its owner has no account. */
  accountId: string | null;
  /** Of the account. */
  tier: string | null;
}

/** Undefined members do not filter. */
export interface KeySearch {
  /** Part of the key's name or beginning; case-insensitive, without wildcards. */
  text?: string | undefined;
  /** Whether the text may be in its owner's e-mail too. Default: no. */
  isOwnerSearched?: boolean;
  userId?: string | undefined;
  /** Whether it works at `now`. */
  isActive?: boolean | undefined;
  /** Only keys without any of these scopes. */
  without?: readonly Scope[] | undefined;
  /** Only keys that were given this scope. */
  scope?: Scope | undefined;
  /** Only keys that were neither made nor used since. */
  unusedSince?: Date | undefined;
  now: Date;
  limit: number;
  offset: number;
}

/** A key's last use. */
export interface KeyUse {
  /** Milliseconds since the epoch. */
  at: number;
  /** What made its last call, if it made one. */
  client?: string;
}

/** All SQL of `mcp.api_keys`; what a key's owner may do comes from the view `mcp.callers`. */
@Injectable()
export class ApiKeysRepository {
  constructor(
    @InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>,
    private readonly postgres: Postgres,
    private readonly audit: AuditLog,
  ) {}

  /** Those of the keys that exist, revoked and expired ones too, each with its owner's current state. */
  findByTokenIds(tokenIds: string[]): Promise<StoredKey[]> {
    return this.findBy('token_id', tokenIds);
  }

  /** The same by id. */
  findByIds(ids: string[]): Promise<StoredKey[]> {
    return this.findBy('id', ids);
  }

  private findBy(column: 'id' | 'token_id', values: string[]): Promise<StoredKey[]> {
    return this.postgres.query(
      `SELECT k.id, k.token_id AS "tokenId", k.hmac, k.name, k.user_id AS "userId", k.scopes, k.allowed_tools AS "allowedTools",
              k.rate_limit_per_hour AS "rateLimitPerHour", k.credit_budget AS "creditBudget", k.budget_period AS "budgetPeriod",
              k.budget_id AS "budgetId", k.lineage, k.is_active AS "isActive", k.expires_at AS "expiresAt",
              c.role, c.is_user_active AS "isOwnerActive", c.account_id AS "accountId", c.is_account_active AS "isAccountActive", c.tier
       FROM mcp.api_keys k JOIN mcp.callers c ON c.user_id = k.user_id
       WHERE k.${column} = ANY ($1)`,
      [values],
    );
  }

  /** One user's key. */
  async findOf(userId: string, id: string): Promise<OwnedKey | undefined> {
    const [key] = await this.postgres.query<OwnedKey>(`${OWNED_KEYS} WHERE k.id = $1 AND k.user_id = $2`, [id, userId]);
    return key;
  }

  /** The key of a user's account: one that is not revoked, or else the last one. */
  async findAccountKey(userId: string): Promise<OwnedKey | undefined> {
    const which = `k.user_id = $1 AND starts_with(k.prefix, 'mcp_') ORDER BY k.is_active DESC, k.created_at DESC LIMIT 1`;
    const [key] = await this.postgres.query<OwnedKey>(`${OWNED_KEYS} WHERE ${which}`, [userId]);
    return key;
  }

  /** A page of keys, newest first, with the number of all that are found. */
  async search(search: KeySearch): Promise<{ keys: OwnedKey[]; total: number }> {
    const { text = null, isOwnerSearched = false, userId = null, isActive = null, without = [] } = search;
    const { scope = null, unusedSince = null, now, limit, offset } = search;
    const values = [text, isOwnerSearched, userId, isActive, now, without, scope, unusedSince];
    const [count] = await this.postgres.query<{ total: number }>(`${COUNT} ${IS_FOUND}`, values);
    const page = `${OWNED_KEYS} ${IS_FOUND} ORDER BY k.created_at DESC, k.id DESC LIMIT $9 OFFSET $10`;
    return { keys: await this.postgres.query<OwnedKey>(page, [...values, limit, offset]), total: count!.total };
  }

  /** Keys that work at this time, of those of the users who have any. */
  async countWorking(userIds: string[], now: Date): Promise<Map<string, number>> {
    const rows = await this.postgres.query<{ userId: string; count: number }>(
      `SELECT k.user_id AS "userId", count(*)::int FROM mcp.api_keys k JOIN mcp.callers c ON c.user_id = k.user_id
       WHERE k.user_id = ANY ($1::uuid[]) AND ${worksAt('$2')} GROUP BY k.user_id`,
      [userIds, now],
    );
    return new Map(rows.map(({ userId, count }) => [userId, count]));
  }

  /** The role a user has now, whatever their token says; undefined for one who is gone. */
  async roleOf(userId: string): Promise<Role | undefined> {
    const [owner] = await this.postgres.query<{ role: Role }>('SELECT role FROM mcp.callers WHERE user_id = $1', [userId]);
    return owner?.role;
  }

  async isEmpty(): Promise<boolean> {
    return !(await this.keys.exists());
  }

  /**
   * Moves last uses forward, never back: another replica may have written a later one.
   * Rows are locked in one order, since two replicas that write at once would otherwise wait for each other for ever.
   * @param uses By key id.
   */
  async setLastUsed(uses: ReadonlyMap<string, KeyUse>): Promise<void> {
    const times = [...uses.values()].map(({ at }) => new Date(at).toISOString());
    const clients = [...uses.values()].map(({ client }) => client ?? null);
    await this.postgres.query(
      `WITH uses AS (SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS uses (id, at, client)),
            later AS (SELECT k.id, uses.at, uses.client FROM mcp.api_keys k JOIN uses USING (id)
                      WHERE k.last_used_at IS NULL OR k.last_used_at < uses.at
                      ORDER BY k.id FOR NO KEY UPDATE OF k)
       UPDATE mcp.api_keys k SET last_used_at = greatest(k.last_used_at, later.at), last_client = coalesce(later.client, k.last_client)
       FROM later WHERE k.id = later.id`,
      [[...uses.keys()], times, clients],
    );
  }

  /** Runs changes to a user's keys in one transaction, after any others under way for the same user. */
  async changeKeysOf<T>(userId: string, by: Actor, change: (keys: KeysOfUser, tx: Transaction) => Promise<T>): Promise<T> {
    return this.postgres.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK_OF_ONE.userKeys, userId]);
      return change(new KeysOfUser(tx, this.audit, userId, by), tx);
    });
  }
}

/** PostgreSQL leaves the join out where nothing of the owner is asked for. */
const COUNT = 'SELECT count(*)::int AS total FROM mcp.api_keys k LEFT JOIN mcp.callers c ON c.user_id = k.user_id';

/** What `works` in key-state.ts says. */
const worksAt = (now: string) => `(k.is_active AND (k.expires_at IS NULL OR k.expires_at > ${now}::timestamptz)
      AND c.is_user_active AND c.is_account_active IS NOT FALSE)`;

/** A plain substring search, so there is nothing to escape. */
const IS_FOUND = `WHERE ($1::text IS NULL OR strpos(lower(k.name), lower($1)) > 0 OR strpos(lower(k.prefix), lower($1)) > 0
      OR ($2 AND strpos(c.email, lower($1)) > 0))
    AND ($3::uuid IS NULL OR k.user_id = $3)
    AND ($4::boolean IS NULL OR ${worksAt('$5')} = $4)
    AND NOT k.scopes && $6::text[]
    AND ($7::text IS NULL OR $7 = ANY (k.scopes))
    AND ($8::timestamptz IS NULL OR coalesce(k.last_used_at, k.created_at) < $8)`;
