import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Calls that upstream servers work on as tasks (docs/adr/0020-tasks.md): what the id that a client holds stands for, on every replica,
 * and whether its end has been recorded.
 */
export class Tasks22 implements MigrationInterface {
  readonly name = 'Tasks1700000000022';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.tasks (
        id uuid PRIMARY KEY,
        caller text NOT NULL,
        source text NOT NULL,
        tool_name text NOT NULL,
        server_id uuid NOT NULL REFERENCES mcp.servers ON DELETE CASCADE,
        server_task_id text NOT NULL,
        session_id text,
        form text NOT NULL CHECK (form IN ('flat', 'nested')),
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ending_at timestamptz,
        ended text CHECK (ended IN ('free', 'charged'))
      );
      CREATE INDEX tasks_of_caller ON mcp.tasks (caller, created_at DESC, id DESC);
      CREATE INDEX tasks_expiry ON mcp.tasks (expires_at);
      CREATE INDEX tasks_of_server ON mcp.tasks (server_id, md5(server_task_id));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mcp.tasks');
  }
}
