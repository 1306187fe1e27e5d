import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Prices of tools and credits of tiers as admins have set them. Every change raises the one row of `tariff_version`: writers wait for each
 * other there, so whoever reads a version sees every change up to it. The index finds the accounts that a raised tier tops up.
 */
export class Tariff28 implements MigrationInterface {
  readonly name = 'Tariff1700000000028';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.tariff_overrides (
        kind text NOT NULL CHECK (kind IN ('price', 'tier')),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        amount integer NOT NULL CHECK (amount >= 0),
        changed_by uuid REFERENCES mcp.users (id) ON DELETE SET NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (kind, name)
      );
      CREATE TABLE mcp.tariff_version (version bigint NOT NULL);
      INSERT INTO mcp.tariff_version VALUES (1);
      CREATE FUNCTION mcp.announce_tariff_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          UPDATE mcp.tariff_version SET version = version + 1;
          PERFORM pg_notify('tariff_changes', '');
          RETURN NULL;
        END $$;
      CREATE TRIGGER tariff_changed AFTER INSERT OR UPDATE OR DELETE ON mcp.tariff_overrides
        FOR EACH STATEMENT EXECUTE FUNCTION mcp.announce_tariff_change();
      CREATE INDEX user_accounts_tier ON mcp.user_accounts (credits_tier, credits_monthly_allocation) WHERE is_active;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX mcp.user_accounts_tier;
      DROP TABLE mcp.tariff_overrides, mcp.tariff_version;
      DROP FUNCTION mcp.announce_tariff_change();
    `);
  }
}
