import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What operators did to accounts that is no movement of credits, which the ledger records: switching one on or off, a
 * change of tier, a new key. `before` and `after` are text, since they are for people to read.
 */
export class AccountChanges4 implements MigrationInterface {
  readonly name = 'AccountChanges1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.account_changes (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id bigint NOT NULL REFERENCES mcp.user_accounts (id),
        kind text NOT NULL CHECK (kind IN ('active', 'tier', 'key')),
        before text NOT NULL,
        after text NOT NULL,
        changed_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX account_changes_account ON mcp.account_changes (account_id, id DESC);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mcp.account_changes');
  }
}
