import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { Role, Scope } from '../../auth/access/scopes.js';
import { LOCK_OF_ONE } from '../../database/advisory-lock.js';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import { ApiKey } from './api-key.entity.js';

/** A key and its owner's rights, as the verifier needs them. */
export interface StoredKey extends Pick<
  ApiKey,
  | 'id'
  | 'tokenId'
  | 'hmac'
  | 'name'
  | 'userId'
  | 'scopes'
  | 'allowedTools'
  | 'rateLimitPerHour'
  | 'lineage'
  | 'isActive'
  | 'expiresAt'
> {
  role: Role;
  isOwnerActive: boolean;
  /** A bigint as PostgreSQL sends it; null when its owner has no account. */
  accountId: string | null;
  isAccountActive: boolean | null;
}

export type NewApiKey = Pick<
  ApiKey,
  | 'tokenId'
  | 'hmac'
  | 'prefix'
  | 'userId'
  | 'name'
  | 'scopes'
  | 'allowedTools'
  | 'rateLimitPerHour'
  | 'lineage'
  | 'expiresAt'
  | 'createdAt'
>;

/** What may change of a key; null where it takes a bound off. */
export type KeyChange = Partial<Pick<ApiKey, 'name' | 'scopes' | 'allowedTools' | 'rateLimitPerHour' | 'expiresAt'>>;

/** Undefined members do not filter. */
export interface KeySearch {
  /** Part of the key's name or beginning, or, among all users', of its owner's e-mail; case-insensitive, without wildcards. */
  text?: string | undefined;
  userId?: string | undefined;
  /** Whether it works at `now`. */
  isActive?: boolean | undefined;
  /** Only keys without any of these scopes. */
  without?: readonly Scope[] | undefined;
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

export type KeyOfUser = ApiKey & { email: string };

/** All SQL of `mcp.api_keys`; what a key's owner may do comes from the view `mcp.callers`. */
@Injectable()
export class ApiKeysRepository {
  constructor(
    @InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>,
    private readonly postgres: Postgres,
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
              k.rate_limit_per_hour AS "rateLimitPerHour", k.lineage, k.is_active AS "isActive", k.expires_at AS "expiresAt",
              c.role, c.is_user_active AS "isOwnerActive", c.account_id AS "accountId", c.is_account_active AS "isAccountActive"
       FROM mcp.api_keys k JOIN mcp.callers c ON c.user_id = k.user_id
       WHERE k.${column} = ANY ($1)`,
      [values],
    );
  }

  /** One user's key. */
  findOf(userId: string, id: string): Promise<ApiKey | null> {
    return this.keys.findOneBy({ id, userId });
  }

  /** A page of keys, newest first, with the number of all that are found. */
  async search(search: KeySearch): Promise<{ keys: KeyOfUser[]; total: number }> {
    const { text = null, userId = null, isActive = null, without = [], now, limit, offset } = search;
    const values = [text, userId, isActive, now, without];
    const [count] = await this.postgres.query<{ total: number }>(`SELECT count(*)::int AS total ${IS_FOUND}`, values);
    const keys = await this.postgres.query<KeyOfUser>(
      `SELECT ${COLUMNS}, email ${IS_FOUND} ORDER BY created_at DESC, id DESC LIMIT $6 OFFSET $7`,
      [...values, limit, offset],
    );
    return { keys, total: count!.total };
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
  async changeKeysOf<T>(userId: string, change: (keys: KeysOfUser, tx: Transaction) => Promise<T>): Promise<T> {
    return this.postgres.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK_OF_ONE.userKeys, userId]);
      return change(new KeysOfUser(tx, userId), tx);
    });
  }
}

/** A plain substring search, so there is nothing to escape. */
const IS_FOUND = `FROM mcp.api_keys JOIN (SELECT user_id AS owner, email FROM mcp.callers) AS owners ON owner = user_id
  WHERE ($1::text IS NULL OR strpos(lower(name), lower($1)) > 0 OR strpos(prefix, $1) > 0 OR ($2::uuid IS NULL AND strpos(email, lower($1)) > 0))
    AND ($2::uuid IS NULL OR user_id = $2)
    AND ($3::boolean IS NULL OR (is_active AND (expires_at IS NULL OR expires_at > $4::timestamptz)) = $3)
    AND NOT scopes && $5::text[]`;

/** The columns under the names of `ApiKey`. */
const COLUMNS = `id, token_id AS "tokenId", hmac, prefix, user_id AS "userId", name, scopes, allowed_tools AS "allowedTools",
  rate_limit_per_hour AS "rateLimitPerHour", lineage, is_active AS "isActive", expires_at AS "expiresAt",
  last_used_at AS "lastUsedAt", last_client AS "lastClient", replaced_by AS "replacedBy", revoked_at AS "revokedAt", revoked_by AS "revokedBy",
  revoke_reason AS "revokeReason", created_at AS "createdAt"`;

/** One user's keys inside a transaction that locks out other changes to them. */
export class KeysOfUser {
  constructor(
    private readonly tx: Transaction,
    private readonly userId: string,
  ) {}

  /** Number of keys that work at this time. */
  async countActive(now: Date): Promise<number> {
    const [row] = await this.tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM mcp.api_keys
       WHERE user_id = $1 AND is_active AND (expires_at IS NULL OR expires_at > $2)`,
      [this.userId, now],
    );
    return row!.count;
  }

  /** Locks the key, so that a revocation under way is either seen or waits. With the role its owner has now. */
  async find(id: string): Promise<(ApiKey & { role: Role }) | undefined> {
    const [key] = await this.tx.query<ApiKey & { role: Role }>(
      `SELECT ${COLUMNS}, (SELECT role FROM mcp.callers WHERE callers.user_id = api_keys.user_id) AS role
       FROM mcp.api_keys WHERE id = $1 AND user_id = $2 FOR UPDATE`,
      [id, this.userId],
    );
    return key;
  }

  /** Undefined when there is a key with this token id already. */
  async insert(key: Omit<NewApiKey, 'userId'>): Promise<ApiKey | undefined> {
    const [inserted] = await this.tx.query<ApiKey>(
      `INSERT INTO mcp.api_keys
         (user_id, token_id, hmac, prefix, name, scopes, allowed_tools, rate_limit_per_hour, lineage, expires_at, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (token_id) DO NOTHING RETURNING ${COLUMNS}`,
      [
        ...[this.userId, key.tokenId, key.hmac, key.prefix, key.name, key.scopes, key.allowedTools],
        ...[key.rateLimitPerHour, key.lineage, key.expiresAt, key.createdAt],
      ],
    );
    return inserted;
  }

  /** What the change leaves out stays. */
  async update(id: string, { name, scopes, allowedTools, rateLimitPerHour, expiresAt }: KeyChange): Promise<ApiKey> {
    const [changed] = await this.tx.query<ApiKey>(
      `UPDATE mcp.api_keys SET name = coalesce($2, name), scopes = coalesce($3, scopes),
              allowed_tools = CASE WHEN $4 THEN $5 ELSE allowed_tools END,
              rate_limit_per_hour = CASE WHEN $6 THEN $7::int ELSE rate_limit_per_hour END,
              expires_at = CASE WHEN $8 THEN $9::timestamptz ELSE expires_at END
       WHERE id = $1 RETURNING ${COLUMNS}`,
      [
        ...[id, name ?? null, scopes ?? null, allowedTools !== undefined, allowedTools ?? null],
        ...[rateLimitPerHour !== undefined, rateLimitPerHour ?? null, expiresAt !== undefined, expiresAt ?? null],
      ],
    );
    return changed!;
  }

  /** Ends the key; one that was revoked before stays as it was then. */
  async revoke(id: string, by: string | null, reason: string | null): Promise<void> {
    await this.tx.query(
      `UPDATE mcp.api_keys SET is_active = false, revoked_at = now(), revoked_by = $2, revoke_reason = $3 WHERE id = $1 AND is_active`,
      [id, by, reason],
    );
  }

  /** Records the successor; the key itself ends at once, or at the given time if that is before its own expiry. */
  async replace(id: string, successorId: string, until: Date | null): Promise<void> {
    await this.tx.query(
      `UPDATE mcp.api_keys SET replaced_by = $2, is_active = $3::timestamptz IS NOT NULL,
              expires_at = least(expires_at, coalesce($3, expires_at))
       WHERE id = $1`,
      [id, successorId, until],
    );
  }

  /** What the user's account keys are counted under; null before the first. Revoked ones count too. */
  async accountLineage(): Promise<string | null> {
    const [first] = await this.tx.query<{ lineage: string }>(
      `SELECT coalesce(lineage, id) AS lineage FROM mcp.api_keys WHERE user_id = $1 AND starts_with(prefix, 'mcp_')
       ORDER BY created_at, id LIMIT 1`,
      [this.userId],
    );
    return first?.lineage ?? null;
  }

  /** Revokes every account key, also those in the overlap of a rotation. Returns their token ids. */
  async endAccountKeys(): Promise<string[]> {
    const rows = await this.tx.query<{ token_id: string }>(
      `UPDATE mcp.api_keys SET is_active = false
       WHERE user_id = $1 AND is_active AND starts_with(prefix, 'mcp_') RETURNING token_id`,
      [this.userId],
    );
    return rows.map((row) => row.token_id);
  }
}
