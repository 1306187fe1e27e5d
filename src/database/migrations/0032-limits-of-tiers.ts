import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Requests an hour by tier: what admins have set, null where everybody's limits count, and the tier of whoever calls, which gateways keep
 * with what they know of a caller: so they are told when it changes.
 */
export class LimitsOfTiers32 implements MigrationInterface {
  readonly name = 'LimitsOfTiers1700000000032';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mcp.tariff_overrides
        ADD COLUMN user_per_hour integer CHECK (user_per_hour > 0),
        ADD COLUMN api_key_per_hour integer CHECK (api_key_per_hour > 0),
        ADD CONSTRAINT only_tiers_have_limits CHECK (kind = 'tier' OR num_nonnulls(user_per_hour, api_key_per_hour) = 0);
      CREATE TRIGGER user_accounts_tier_changed AFTER UPDATE OF credits_tier ON mcp.user_accounts
        FOR EACH ROW WHEN (OLD.credits_tier <> NEW.credits_tier) EXECUTE FUNCTION mcp.announce_account_change();
      CREATE OR REPLACE VIEW mcp.callers AS
        SELECT u.id AS user_id, u.role, u.is_active AS is_user_active, a.id AS account_id, a.is_active AS is_account_active, u.email,
          a.credits_tier AS tier
        FROM mcp.users u LEFT JOIN mcp.user_accounts a ON a.user_id = u.id;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER user_accounts_tier_changed ON mcp.user_accounts;
      DROP VIEW mcp.callers;
      CREATE VIEW mcp.callers AS
        SELECT u.id AS user_id, u.role, u.is_active AS is_user_active, a.id AS account_id, a.is_active AS is_account_active, u.email
        FROM mcp.users u LEFT JOIN mcp.user_accounts a ON a.user_id = u.id;
      ALTER TABLE mcp.tariff_overrides DROP COLUMN user_per_hour, DROP COLUMN api_key_per_hour;
    `);
  }
}
