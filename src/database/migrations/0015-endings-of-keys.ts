import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When a key was revoked, by whom and why; null for one that is not, and for those revoked before there were these columns. The
 * e-mail of a caller, by which operators look for keys, and an index for the list of all of them.
 */
export class EndingsOfKeys15 implements MigrationInterface {
  readonly name = 'EndingsOfKeys1700000000015';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mcp.api_keys ADD COLUMN revoked_at timestamptz, ADD COLUMN revoked_by uuid, ADD COLUMN revoke_reason text;
      CREATE INDEX api_keys_newest ON mcp.api_keys (created_at DESC, id DESC);
      CREATE OR REPLACE VIEW mcp.callers AS
        SELECT u.id AS user_id, u.role, u.is_active AS is_user_active, a.id AS account_id, a.is_active AS is_account_active, u.email
        FROM mcp.users u LEFT JOIN mcp.user_accounts a ON a.user_id = u.id;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX mcp.api_keys_newest;
      ALTER TABLE mcp.api_keys DROP COLUMN revoked_at, DROP COLUMN revoked_by, DROP COLUMN revoke_reason;
      DROP VIEW mcp.callers;
      CREATE VIEW mcp.callers AS
        SELECT u.id AS user_id, u.role, u.is_active AS is_user_active, a.id AS account_id, a.is_active AS is_account_active
        FROM mcp.users u LEFT JOIN mcp.user_accounts a ON a.user_id = u.id;
    `);
  }
}
