import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What holders of accounts want to be told of (docs/notices.md): below which balance, and at which endpoint of their own, whose URL and
 * secret are sealed. Its deliveries are of a channel of their own, which gateways of before take nothing of. And when users were invited:
 * one who has neither a password nor a login since has not come yet.
 */
export class AlertsAndInvitations34 implements MigrationInterface {
  readonly name = 'AlertsAndInvitations1700000000034';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.user_alerts (
        user_id uuid PRIMARY KEY REFERENCES mcp.users (id) ON DELETE CASCADE,
        low_balance integer CHECK (low_balance >= 0),
        webhook bytea
      );
      ALTER TABLE mcp.notice_deliveries DROP CONSTRAINT notice_deliveries_channel_check,
        ADD CONSTRAINT notice_deliveries_channel_check CHECK (channel IN ('webhook', 'mail', 'user_webhook'));
      CREATE INDEX notice_deliveries_of_users ON mcp.notice_deliveries (endpoint, id DESC) WHERE channel = 'user_webhook';
      ALTER TABLE mcp.users ADD COLUMN invited_at timestamptz;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mcp.users DROP COLUMN invited_at;
      DROP INDEX mcp.notice_deliveries_of_users;
      DELETE FROM mcp.notice_deliveries WHERE channel = 'user_webhook';
      ALTER TABLE mcp.notice_deliveries DROP CONSTRAINT notice_deliveries_channel_check,
        ADD CONSTRAINT notice_deliveries_channel_check CHECK (channel IN ('webhook', 'mail'));
      DROP TABLE mcp.user_alerts;
    `);
  }
}
