import type { NoticeSettings } from '../../config/notices-config.js';
import type { NoticeKind } from '../notice-kinds.js';

/**
 * What holds now, as a query of `key`, `subject`, `user_id` (`Occasion`) and what its data is made of. Its values are `$2` and on: `$1`
 * is the name of the look.
 */
export interface Holding {
  sql: string;
  /** The data of one of its rows, `h`: only of those that are told, since there may be many. */
  data: string;
  values: unknown[];
  /** Whether what holds already when the kind begins to be told is told as well. Of accounts and keys there may be thousands. */
  isToldAtFirst?: boolean;
  /** Whether the user it is about has wished for it, and operators are not told. */
  isForUserAlone?: boolean;
}

/** Something that is looked for. */
export interface Look {
  /** By which it is filed: the kind, and after a colon what tells it from another look of the kind. */
  name: string;
  kind: NoticeKind;
  holding: Holding;
}

/** Accounts that were used and have no more than a share of a month's credits; of several settings the smallest that is reached. */
export const accountsLowOnCredits = ({ low_credits_percent, low_credits_below }: NoticeSettings): Holding => ({
  sql: `
    SELECT concat_ws(':', $1::text, a.id, reached.percent) AS key, concat_ws(':', a.id, reached.percent) AS subject, a.user_id,
      a.id, a.balance, a.monthly_allocation, reached.percent
    FROM mcp.accounts a, LATERAL (
      SELECT min(p) AS percent FROM unnest($2::float8[]) AS p
      WHERE a.balance <= greatest(a.monthly_allocation * p / 100, CASE WHEN p > 0 THEN $3::bigint ELSE 0 END)
    ) AS reached
    WHERE a.is_active AND a.total_credits_used > 0 AND reached.percent IS NOT NULL`,
  data: `jsonb_build_object('account_id', h.id, 'user_id', h.user_id, 'credits_balance', h.balance,
    'monthly_allocation', h.monthly_allocation, 'percent', h.percent)`,
  values: [low_credits_percent, low_credits_below],
});

/**
 * Accounts that have no more credits than their holder wants to be told of, where the holder can be told; once until they have more,
 * whatever is wished for meanwhile. What holds already is told: somebody has just asked for it.
 */
export const accountsBelowWish = ({ mail_users, user_webhooks }: NoticeSettings): Holding => ({
  sql: `
    SELECT concat_ws(':', $1::text, a.id) AS key, concat_ws(':', a.id, 'own') AS subject, a.user_id,
      a.id, a.balance, a.monthly_allocation, w.low_balance
    FROM mcp.user_alerts w JOIN mcp.accounts a USING (user_id)
    WHERE w.low_balance IS NOT NULL AND a.balance <= w.low_balance AND a.is_active
      AND ($2::boolean OR ($3::boolean AND w.webhook IS NOT NULL))`,
  data: `jsonb_build_object('account_id', h.id, 'user_id', h.user_id, 'credits_balance', h.balance,
    'monthly_allocation', h.monthly_allocation, 'low_balance', h.low_balance)`,
  values: [mail_users, user_webhooks],
  isToldAtFirst: true,
  isForUserAlone: true,
});

/** Keys of active users that expire within so many days and lived longer than that. Those that were rotated have a successor. */
export const expiringKeys = ({ key_expiry_days }: NoticeSettings, now: Date): Holding => ({
  sql: `
    SELECT concat_ws(':', $1::text, k.id, extract(epoch FROM k.expires_at), near.days) AS key,
      concat_ws(':', k.id, near.days) AS subject, k.user_id, k.id, k.name, k.prefix, k.expires_at, near.days
    FROM mcp.expiring_keys k JOIN mcp.callers c ON c.user_id = k.user_id AND c.is_user_active, LATERAL (
      SELECT min(d) AS days FROM unnest($2::float8[]) AS d
      WHERE k.expires_at <= $3::timestamptz + d * interval '1 day' AND k.created_at < k.expires_at - d * interval '1 day'
    ) AS near
    WHERE k.expires_at > $3::timestamptz AND k.expires_at <= $4::timestamptz AND near.days IS NOT NULL`,
  data: `jsonb_build_object('user_id', h.user_id, 'key_id', h.id, 'key_name', h.name, 'key_prefix', h.prefix,
    'expires_at', to_char(h.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'days', h.days)`,
  values: [key_expiry_days, now, new Date(now.getTime() + Math.max(0, ...key_expiry_days) * 86_400_000)],
});

/** Definitions that wait for approval, by the pin of what they are now: no two have the same. */
export const quarantinedPins = (): Holding => ({
  sql: `
    SELECT concat_ws(':', $1::text, server_id, pin) AS key, server_id::text AS subject, NULL::uuid AS user_id,
      server_id, server_name, kind, name, pin, is_new
    FROM mcp.quarantined_pins`,
  data: `jsonb_build_object('server_id', h.server_id, 'server_name', h.server_name,
    'tools', jsonb_build_array(jsonb_build_object('kind', h.kind, 'name', h.name, 'pin', h.pin, 'is_new', h.is_new)))`,
  values: [],
  isToldAtFirst: true,
});
