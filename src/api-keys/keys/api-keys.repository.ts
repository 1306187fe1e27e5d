import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import type { Role } from '../../auth/access/scopes.js';
import { ApiKey } from './api-key.entity.js';

/** Most inactive keys listed, the newest; the number of active ones is bounded elsewhere. */
const LISTED_MAX = 1_000;

/** A key and its owner's rights, as the verifier needs them. */
export interface StoredKey extends Pick<
  ApiKey,
  'id' | 'tokenId' | 'hmac' | 'name' | 'userId' | 'scopes' | 'allowedTools' | 'rateLimitPerHour' | 'isActive' | 'expiresAt'
> {
  role: Role;
  isOwnerActive: boolean;
  /** A bigint as PostgreSQL sends it; null when its owner has no account. */
  accountId: string | null;
  isAccountActive: boolean | null;
}

export type NewApiKey = Pick<
  ApiKey,
  'tokenId' | 'hmac' | 'prefix' | 'userId' | 'name' | 'scopes' | 'allowedTools' | 'rateLimitPerHour' | 'expiresAt' | 'createdAt'
>;

/** All SQL of `mcp.api_keys`. */
@Injectable()
export class ApiKeysRepository {
  constructor(@InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>) {}

  /** Those of the keys that exist, revoked and expired ones too, each with its owner's current state. */
  findByTokenIds(tokenIds: string[]): Promise<StoredKey[]> {
    return this.findBy('token_id', tokenIds);
  }

  /** The same by id. */
  findByIds(ids: string[]): Promise<StoredKey[]> {
    return this.findBy('id', ids);
  }

  private findBy(column: 'id' | 'token_id', values: string[]): Promise<StoredKey[]> {
    return this.keys.query(
      `SELECT k.id, k.token_id AS "tokenId", k.hmac, k.name, k.user_id AS "userId", k.scopes, k.allowed_tools AS "allowedTools",
              k.rate_limit_per_hour AS "rateLimitPerHour", k.is_active AS "isActive", k.expires_at AS "expiresAt",
              u.role, u.is_active AS "isOwnerActive", a.id AS "accountId", a.is_active AS "isAccountActive"
       FROM mcp.api_keys k JOIN mcp.users u ON u.id = k.user_id LEFT JOIN mcp.user_accounts a ON a.user_id = k.user_id
       WHERE k.${column} = ANY ($1)`,
      [values],
    );
  }

  /** Newest first. Keys that have expired at `now` count as inactive. */
  async list(userId: string, { now, includeInactive }: { now: Date; includeInactive: boolean }): Promise<[ApiKey[], number]> {
    const query = this.keys.createQueryBuilder('k').where('k.userId = :userId', { userId });
    if (!includeInactive) query.andWhere('k.isActive AND (k.expiresAt IS NULL OR k.expiresAt > :now)', { now });
    return query.orderBy('k.createdAt', 'DESC').addOrderBy('k.id', 'DESC').take(LISTED_MAX).getManyAndCount();
  }

  async isEmpty(): Promise<boolean> {
    return !(await this.keys.exists());
  }

  /**
   * Revokes the key, even if others change it at the same time. Returns its token id; undefined when the user has no
   * such key.
   */
  async revoke(userId: string, id: string): Promise<string | undefined> {
    const [rows] = await this.keys.query<[{ token_id: string }[], number]>(
      'UPDATE mcp.api_keys SET is_active = false WHERE id = $1 AND user_id = $2 RETURNING token_id',
      [id, userId],
    );
    return rows[0]?.token_id;
  }

  /**
   * Moves last uses forward, never back: another replica may have written a later one.
   * Rows are locked in one order, since two replicas that write at once would otherwise wait for each other for ever.
   * @param uses Milliseconds since the epoch, by key id.
   */
  async setLastUsed(uses: ReadonlyMap<string, number>): Promise<void> {
    const times = [...uses.values()].map((at) => new Date(at).toISOString());
    await this.keys.query(
      `WITH uses AS (SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS uses (id, at)),
            later AS (SELECT k.id, uses.at FROM mcp.api_keys k JOIN uses USING (id)
                      WHERE k.last_used_at IS NULL OR k.last_used_at < uses.at
                      ORDER BY k.id FOR NO KEY UPDATE OF k)
       UPDATE mcp.api_keys k SET last_used_at = greatest(k.last_used_at, later.at) FROM later WHERE k.id = later.id`,
      [[...uses.keys()], times],
    );
  }

  /** Runs changes to a user's keys in one transaction, after any others under way for the same user. */
  async changeKeysOf<T>(userId: string, change: (keys: KeysOfUser, manager: EntityManager) => Promise<T>): Promise<T> {
    return this.keys.manager.transaction(async (manager) => {
      await manager.query('SELECT 1 FROM mcp.users WHERE id = $1 FOR NO KEY UPDATE', [userId]);
      return change(new KeysOfUser(manager, userId), manager);
    });
  }
}

/** One user's keys inside a transaction that locks out other changes to them. */
export class KeysOfUser {
  constructor(
    private readonly manager: EntityManager,
    private readonly userId: string,
  ) {}

  /** Number of keys that work at this time. */
  countActive(now: Date): Promise<number> {
    return this.manager
      .createQueryBuilder(ApiKey, 'k')
      .where('k.userId = :userId AND k.isActive AND (k.expiresAt IS NULL OR k.expiresAt > :now)', { userId: this.userId, now })
      .getCount();
  }

  /** Locks the key, so that a revocation under way is either seen or waits. */
  find(id: string): Promise<ApiKey | null> {
    return this.manager.findOne(ApiKey, { where: { id, userId: this.userId }, lock: { mode: 'pessimistic_write' } });
  }

  insert(key: Omit<NewApiKey, 'userId'>): Promise<ApiKey> {
    return this.manager.save(this.manager.create(ApiKey, { ...key, userId: this.userId }));
  }

  /** Records the successor; the key itself ends at once, or at the given time if that is before its own expiry. */
  async replace(id: string, successorId: string, until: Date | null): Promise<void> {
    await this.manager.query(
      `UPDATE mcp.api_keys SET replaced_by = $2, is_active = $3::timestamptz IS NOT NULL,
              expires_at = least(expires_at, coalesce($3, expires_at))
       WHERE id = $1`,
      [id, successorId, until],
    );
  }

  /** Revokes every account key, also those in the overlap of a rotation. Returns their token ids. */
  async endAccountKeys(): Promise<string[]> {
    const [rows] = await this.manager.query<[{ token_id: string }[], number]>(
      `UPDATE mcp.api_keys SET is_active = false
       WHERE user_id = $1 AND is_active AND starts_with(prefix, 'mcp_') RETURNING token_id`,
      [this.userId],
    );
    return rows.map((row) => row.token_id);
  }
}
