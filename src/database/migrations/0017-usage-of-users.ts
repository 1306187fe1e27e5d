import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How many calls of each user ClickHouse has been given: what an account shows as its calls is what history and the summary count, free
 * calls too. A trigger counts what leaves the outbox, whichever replica delivers it: an older one may still, while replicas are
 * replaced one by one. It begins with the calls that accounts have settled, those that wait included, so a priced call that waits now
 * (up to `counted_until`) is not counted again. The outbox itself is not read, since it may be long; calls wait for this only while
 * accounts are copied.
 *
 * And two more things that rooms read of each other: an account's free credits, and what keys are called.
 */
export class UsageOfUsers17 implements MigrationInterface {
  readonly name = 'UsageOfUsers1700000000017';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COUNTS);
    await runner.query(`
      CREATE VIEW mcp.available_credits AS
        SELECT id AS account_id, credits_balance - credits_held AS available FROM mcp.user_accounts;
      CREATE VIEW mcp.key_names AS SELECT id, name FROM mcp.api_keys;
    `);
    const counts = 'LEFT JOIN mcp.usage_counts u ON u.user_id = a.user_id::text';
    await runner.query(accountsView({ calls: 'coalesce(u.calls, 0)', counts }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW mcp.accounts');
    await runner.query(accountsView({ calls: 'a.total_tool_calls', counts: '' }));
    await runner.query('DROP VIEW mcp.key_names, mcp.available_credits');
    await runner.query(`
      DROP TRIGGER usage_delivered ON mcp.usage_outbox;
      DROP FUNCTION mcp.count_delivered();
      DROP TABLE mcp.usage_counts;
      ALTER TABLE mcp.usage_totals DROP COLUMN counted_until;
    `);
  }
}

// The user is found as text, as a row need not be JSON to be rejected; inside a JSON string its quotes would be escaped. No row
// comes while the outbox is locked, so those that wait have numbers up to the sequence's last.
const COUNTS = `
  LOCK TABLE mcp.usage_outbox IN SHARE ROW EXCLUSIVE MODE;
  ALTER TABLE mcp.usage_totals ADD COLUMN counted_until bigint NOT NULL DEFAULT 0;
  UPDATE mcp.usage_totals
    SET counted_until = coalesce(pg_sequence_last_value(pg_get_serial_sequence('mcp.usage_outbox', 'seq')::regclass), 0);

  CREATE TABLE mcp.usage_counts (
    user_id text PRIMARY KEY,
    calls bigint NOT NULL
  ) WITH (fillfactor = 50);
  INSERT INTO mcp.usage_counts (user_id, calls)
    SELECT a.user_id::text, greatest(0, a.total_tool_calls - coalesce(r.calls, 0))
    FROM mcp.user_accounts a LEFT JOIN (
      SELECT substring(body FROM '"user_id": ?"([^"]*)"') AS user_id, count(*) AS calls
      FROM mcp.usage_rejected WHERE body ~ '"credits_cost": ?[1-9]' GROUP BY 1
    ) AS r ON r.user_id = a.user_id::text;

  CREATE FUNCTION mcp.count_delivered() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO mcp.usage_counts AS c (user_id, calls)
      SELECT user_id, count(*) FROM (
        SELECT substring(body FROM '"user_id": ?"([^"]*)"') AS user_id FROM gone
        WHERE (seq > (SELECT counted_until FROM mcp.usage_totals) OR body !~ '"credits_cost": ?[1-9]')
          AND NOT EXISTS (SELECT FROM mcp.usage_rejected AS r WHERE r.tx = gone.tx AND r.seq = gone.seq)
      ) AS delivered WHERE user_id IS NOT NULL GROUP BY user_id
    ON CONFLICT (user_id) DO UPDATE SET calls = c.calls + excluded.calls;
    RETURN NULL;
  END $$;
  CREATE TRIGGER usage_delivered AFTER DELETE ON mcp.usage_outbox REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION mcp.count_delivered();`;

const accountsView = ({ calls, counts }: { calls: string; counts: string }) => `
  CREATE OR REPLACE VIEW mcp.accounts AS
    SELECT a.id, a.user_id, a.user_email AS email, a.display_name, coalesce(k.prefix, a.mcp_key_prefix) AS key_prefix,
      a.credits_balance AS balance, a.credits_allocation AS allocation, a.credits_purchased AS purchased,
      a.credits_held AS held, a.credits_tier AS tier, a.credits_monthly_allocation AS monthly_allocation, a.is_active,
      greatest(a.last_connected_at, k.last_used_at) AS last_connected_at, ${calls} AS total_tool_calls, a.total_credits_used,
      a.stripe_customer_id AS customer_id, a.stripe_subscription_status AS subscription_status, a.created_at, a.updated_at,
      a.credits_debt AS debt, a.flags
    FROM mcp.user_accounts a ${counts} LEFT JOIN LATERAL (
      SELECT (array_agg(prefix ORDER BY is_active DESC, created_at DESC))[1] AS prefix, max(last_used_at) AS last_used_at
      FROM mcp.api_keys WHERE user_id = a.user_id AND starts_with(prefix, 'mcp_')
    ) AS k ON true`;
