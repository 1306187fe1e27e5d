import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When a user last logged in: the audit log, which is asked for that once, forgets. A change in the log has the request that made it,
 * by the id that the gateway's own log has, and where that came from; both are null for what no request made, and for what a gateway
 * of before has written.
 */
export class LastLogins29 implements MigrationInterface {
  readonly name = 'LastLogins1700000000029';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mcp.audit_log ADD COLUMN request_id text, ADD COLUMN address text;
      ALTER TABLE mcp.users ADD COLUMN last_login_at timestamptz;
      UPDATE mcp.users u SET last_login_at = l.at
        FROM (SELECT subject_id, max(created_at) AS at FROM mcp.audit_log WHERE action = 'login.succeeded' GROUP BY subject_id) l
        WHERE l.subject_id = u.id::text;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mcp.users DROP COLUMN last_login_at;
      ALTER TABLE mcp.audit_log DROP COLUMN request_id, DROP COLUMN address;
    `);
  }
}
