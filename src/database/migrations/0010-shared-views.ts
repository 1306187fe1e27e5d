import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What rooms may read of each other's tables (docs/adr/0016-one-door-to-postgresql.md). `callers`: what a user may do, and the
 * account that pays for it. `accounts`: an account as people see it, with its keys: a rotation makes a new one that the
 * account's own row has not heard of.
 */
export class SharedViews10 implements MigrationInterface {
  readonly name = 'SharedViews1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE VIEW mcp.callers AS
        SELECT u.id AS user_id, u.role, u.is_active AS is_user_active, a.id AS account_id, a.is_active AS is_account_active
        FROM mcp.users u LEFT JOIN mcp.user_accounts a ON a.user_id = u.id;

      CREATE VIEW mcp.accounts AS
        SELECT a.id, a.user_id, a.user_email AS email, a.display_name, coalesce(k.prefix, a.mcp_key_prefix) AS key_prefix,
          a.credits_balance AS balance, a.credits_allocation AS allocation, a.credits_purchased AS purchased,
          a.credits_held AS held, a.credits_tier AS tier, a.credits_monthly_allocation AS monthly_allocation, a.is_active,
          greatest(a.last_connected_at, k.last_used_at) AS last_connected_at, a.total_tool_calls, a.total_credits_used,
          a.stripe_customer_id AS customer_id, a.stripe_subscription_status AS subscription_status, a.created_at, a.updated_at
        FROM mcp.user_accounts a LEFT JOIN LATERAL (
          SELECT (array_agg(prefix ORDER BY is_active DESC, created_at DESC))[1] AS prefix, max(last_used_at) AS last_used_at
          FROM mcp.api_keys WHERE user_id = a.user_id AND starts_with(prefix, 'mcp_')
        ) AS k ON true;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW mcp.accounts, mcp.callers');
  }
}
