import { isDeepStrictEqual } from 'node:util';
import type { Role } from '../../auth/access/scopes.js';
import type { Actor, AuditAction } from '../../auth/audit/audit-entry.js';
import type { AuditLog } from '../../auth/audit/audit-log.service.js';
import type { Transaction } from '../../database/sql.js';
import type { StoredBudget } from '../budgets/key-budget.js';
import type { ApiKey } from './api-key.entity.js';
import type { KeyStanding } from './key-state.js';

/** A key with its owner as they are now. */
export type OwnedKey = ApiKey & KeyStanding & { email: string; role: Role; tier: string | null };

export type NewApiKey = Pick<
  ApiKey,
  'tokenId' | 'hmac' | 'prefix' | 'name' | 'scopes' | 'allowedTools' | 'rateLimitPerHour' | 'lineage' | 'expiresAt' | 'createdAt'
> &
  StoredBudget;

/** What may change of a key, by its names in the API. */
const CHANGEABLE = {
  name: 'key_name',
  scopes: 'permissions',
  allowedTools: 'allowed_tools',
  rateLimitPerHour: 'rate_limit_per_hour',
  expiresAt: 'expires_at',
  creditBudget: 'credit_budget',
  budgetPeriod: 'budget_period',
} as const satisfies Partial<Record<keyof ApiKey, string>>;

/** What changes of a key; null takes a bound off, and what is undefined stays. */
export type KeyChange = { [Name in keyof typeof CHANGEABLE]?: ApiKey[Name] | undefined } & Partial<
  Pick<StoredBudget, 'budgetId'>
>;

/** The columns of `mcp.api_keys k` under the names of `ApiKey`. */
const COLUMNS = `k.id, k.token_id AS "tokenId", k.hmac, k.prefix, k.user_id AS "userId", k.name, k.scopes,
  k.allowed_tools AS "allowedTools", k.rate_limit_per_hour AS "rateLimitPerHour", k.credit_budget AS "creditBudget",
  k.budget_period AS "budgetPeriod", k.budget_id AS "budgetId", k.lineage, k.is_active AS "isActive",
  k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt", k.last_client AS "lastClient", k.replaced_by AS "replacedBy",
  k.revoked_at AS "revokedAt", k.revoked_by AS "revokedBy", k.revoke_reason AS "revokeReason", k.created_at AS "createdAt"`;

/** Keys with their owners, `mcp.api_keys k` and `mcp.callers c`: rows of `OwnedKey`. */
export const OWNED_KEYS = `SELECT ${COLUMNS}, c.email, c.role, c.is_user_active AS "isOwnerActive", c.is_account_active AS "isAccountActive", c.tier
  FROM mcp.api_keys k JOIN mcp.callers c ON c.user_id = k.user_id`;

/**
 * One user's keys inside a transaction that locks out other changes to them. Every change is in the audit log with who made it, and
 * a key that ends says when, by whom and why.
 */
export class KeysOfUser {
  constructor(
    private readonly tx: Transaction,
    private readonly audit: AuditLog,
    private readonly userId: string,
    private readonly by: Actor,
  ) {}

  /** Number of keys that work at this time, and of those that were made in the day before it. */
  async count(now: Date): Promise<{ active: number; made: number }> {
    const [row] = await this.tx.query<{ active: number; made: number }>(
      `SELECT count(*) FILTER (WHERE is_active AND (expires_at IS NULL OR expires_at > $2))::int AS active,
              count(*) FILTER (WHERE created_at > $2::timestamptz - interval '1 day')::int AS made
       FROM mcp.api_keys WHERE user_id = $1`,
      [this.userId, now],
    );
    return row!;
  }

  /** Locks the key, so that a revocation under way is either seen or waits. */
  async find(id: string): Promise<OwnedKey | undefined> {
    const [key] = await this.tx.query<OwnedKey>(`${OWNED_KEYS} WHERE k.id = $1 AND k.user_id = $2 FOR UPDATE OF k`, [
      id,
      this.userId,
    ]);
    return key;
  }

  /**
   * Undefined when there is a key with this token id already.
   * @param origin Where it comes from, for the audit log.
   */
  async insert(key: NewApiKey, origin: object): Promise<ApiKey | undefined> {
    const [made] = await this.tx.query<ApiKey>(
      `INSERT INTO mcp.api_keys AS k
         (user_id, token_id, hmac, prefix, name, scopes, allowed_tools, rate_limit_per_hour, lineage, expires_at, created_at,
          credit_budget, budget_period, budget_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (token_id) DO NOTHING RETURNING ${COLUMNS}`,
      [
        ...[this.userId, key.tokenId, key.hmac, key.prefix, key.name, key.scopes, key.allowedTools],
        ...[key.rateLimitPerHour, key.lineage, key.expiresAt, key.createdAt, key.creditBudget, key.budgetPeriod, key.budgetId],
      ],
    );
    if (made) await this.note('api_key.created', made, { ...boundsOf(made), ...origin });
    return made;
  }

  /** Returns the key itself where nothing would change; then nothing is written. */
  async update(old: OwnedKey, change: KeyChange): Promise<OwnedKey> {
    const details = differences(old, change);
    if (Object.keys(details).length === 0) return old;
    const made = { ...old, ...given(change) };
    await this.tx.query(
      `UPDATE mcp.api_keys SET name = $2, scopes = $3, allowed_tools = $4, rate_limit_per_hour = $5, expires_at = $6,
         credit_budget = $7, budget_period = $8, budget_id = $9
       WHERE id = $1`,
      [
        ...[old.id, made.name, made.scopes, made.allowedTools, made.rateLimitPerHour, made.expiresAt],
        ...[made.creditBudget, made.budgetPeriod, made.budgetId],
      ],
    );
    await this.note('api_key.changed', made, details);
    return made;
  }

  /** Ends the key; one that was revoked before stays as it was then. */
  async revoke(key: ApiKey, reason: string | null): Promise<void> {
    if (!key.isActive) return;
    await this.end('id = $1', key.id, reason);
    await this.note('api_key.revoked', key, reason === null ? {} : { reason });
  }

  /** Records the successor; the key itself ends at once, or at the given time if that is before its own expiry. */
  async replace(old: ApiKey, successorId: string, until: Date | null): Promise<void> {
    const [replaced] = await this.tx.query<ApiKey>(
      `UPDATE mcp.api_keys k SET replaced_by = $2, expires_at = least(expires_at, coalesce($3::timestamptz, expires_at))
       WHERE id = $1 RETURNING ${COLUMNS}`,
      [old.id, successorId, until],
    );
    if (until === null) await this.end('id = $1', old.id, 'replaced by its successor');
    const overlap = until === null ? {} : { expires_at: replaced!.expiresAt };
    await this.note('api_key.rotated', old, { replaced_by: successorId, ...overlap });
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
    const reason = 'replaced by a new account key';
    const ended = await this.end("user_id = $1 AND starts_with(prefix, 'mcp_')", this.userId, reason);
    for (const key of ended) await this.note('api_key.revoked', key, { reason });
    return ended.map(({ tokenId }) => tokenId);
  }

  /** Ends those of the keys that are not revoked yet, and returns them. */
  private end(which: string, value: string, reason: string | null): Promise<ApiKey[]> {
    return this.tx.query<ApiKey>(
      `UPDATE mcp.api_keys k SET is_active = false, revoked_at = now(), revoked_by = $2, revoke_reason = $3
       WHERE ${which} AND is_active RETURNING ${COLUMNS}`,
      [value, this.by.userId ?? null, reason],
    );
  }

  private note(action: AuditAction, { id, name }: ApiKey, details: object): Promise<void> {
    const subject = { key_name: name, user_id: this.userId };
    return this.audit.write(this.tx, this.by, { action, subjectId: id, details: { ...subject, ...details } });
  }
}

/** What a new key may do, without the bounds that it has not. */
function boundsOf(key: ApiKey): Record<string, unknown> {
  const bounds = Object.entries(CHANGEABLE).map(([name, called]) => [called, key[name as keyof typeof CHANGEABLE]] as const);
  return Object.fromEntries(bounds.filter(([, value]) => value !== null));
}

/** What a change would change, before and after. Scopes and tools have no order. */
function differences(old: ApiKey, change: KeyChange): Record<string, { before: unknown; after: unknown }> {
  const names = Object.keys(given(change)).filter((name): name is keyof typeof CHANGEABLE => name in CHANGEABLE);
  const changed = names.filter((name) => !isDeepStrictEqual(unordered(old[name]), unordered(change[name])));
  return Object.fromEntries(changed.map((name) => [CHANGEABLE[name], { before: old[name], after: change[name] }]));
}

const given = (change: KeyChange) =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<ApiKey>;

const unordered = (value: unknown): unknown => (Array.isArray(value) ? new Set(value) : value);
