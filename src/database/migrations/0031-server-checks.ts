import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Checks of servers by half hour, as each process has made them: a row says all that its process counted of a half hour, so that one that is
 * written twice counts once. `latency_ms` is the sum of the checks that were answered. A pin has who approved it; of what was approved
 * before nobody knows.
 */
export class ServerChecks31 implements MigrationInterface {
  readonly name = 'ServerChecks1700000000031';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.server_checks (
        server_id uuid NOT NULL REFERENCES mcp.servers ON DELETE CASCADE,
        half_hour timestamptz NOT NULL,
        process uuid NOT NULL,
        checks integer NOT NULL CHECK (checks > 0),
        failed integer NOT NULL CHECK (failed BETWEEN 0 AND checks),
        latency_ms double precision NOT NULL,
        state text NOT NULL CHECK (state IN ('ok', 'degraded', 'down')),
        failed_at timestamptz,
        error text,
        words text,
        PRIMARY KEY (server_id, half_hour, process)
      );
      CREATE INDEX server_checks_old ON mcp.server_checks (half_hour);
      ALTER TABLE mcp.server_pins ADD COLUMN approved_by uuid REFERENCES mcp.users (id) ON DELETE SET NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE mcp.server_pins DROP COLUMN approved_by; DROP TABLE mcp.server_checks');
  }
}
