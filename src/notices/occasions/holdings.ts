import type { NoticeSettings } from '../../config/notices-config.js';

/**
 * What holds now, as a query of `key`, `subject`, `user_id` and `data` (`Occasion`). Its values are `$2` and on: `$1` is the kind.
 */
export interface Holding {
  sql: string;
  values: unknown[];
}

/** Accounts that were used and have no more than a share of a month's credits; of several settings the smallest that is reached. */
export const accountsLowOnCredits = ({ low_credits_percent, low_credits_below }: NoticeSettings): Holding => ({
  sql: `
    SELECT concat_ws(':', $1::text, a.id, min(p)) AS key, concat_ws(':', a.id, min(p)) AS subject, a.user_id,
      jsonb_build_object('account_id', a.id, 'user_id', a.user_id, 'credits_balance', a.balance,
        'monthly_allocation', a.monthly_allocation, 'percent', min(p)) AS data
    FROM mcp.accounts a JOIN unnest($2::float8[]) AS p
      ON a.balance <= greatest(a.monthly_allocation * p / 100, CASE WHEN p > 0 THEN $3::bigint ELSE 0 END)
    WHERE a.is_active AND a.total_credits_used > 0
    GROUP BY a.id, a.user_id, a.balance, a.monthly_allocation`,
  values: [low_credits_percent, low_credits_below],
});

/** Keys of active users that expire within so many days and lived longer than that. Those that were rotated have a successor. */
export const expiringKeys = ({ key_expiry_days }: NoticeSettings, now: Date): Holding => ({
  sql: `
    SELECT concat_ws(':', $1::text, k.id, extract(epoch FROM k.expires_at), min(d)) AS key, concat_ws(':', k.id, min(d)) AS subject,
      k.user_id,
      jsonb_build_object('user_id', k.user_id, 'key_id', k.id, 'key_name', k.name, 'key_prefix', k.prefix,
        'expires_at', to_char(k.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'days', min(d)) AS data
    FROM mcp.expiring_keys k JOIN unnest($2::float8[]) AS d
      ON k.expires_at <= $3::timestamptz + d * interval '1 day' AND k.created_at < k.expires_at - d * interval '1 day'
    JOIN mcp.callers c ON c.user_id = k.user_id AND c.is_user_active
    WHERE k.expires_at > $3::timestamptz AND k.expires_at <= $4::timestamptz
    GROUP BY k.id, k.user_id, k.name, k.prefix, k.expires_at`,
  values: [key_expiry_days, now, new Date(now.getTime() + Math.max(0, ...key_expiry_days) * 86_400_000)],
});

/** Tools that wait for approval, by the pin of what they are now. */
export const quarantinedTools = (): Holding => ({
  sql: `
    SELECT concat_ws(':', $1::text, server_id, pin, tool) AS key, server_id::text AS subject, NULL::uuid AS user_id,
      jsonb_build_object('server_id', server_id, 'server_name', server_name,
        'tools', jsonb_build_array(jsonb_build_object('name', tool, 'pin', pin, 'is_new', is_new))) AS data
    FROM mcp.quarantined_tools`,
  values: [],
});
