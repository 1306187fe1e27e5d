import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tools of upstream servers as they were seen last, and what of them was approved. A tool is what somebody let in
 * only while both pins are the same. Approving is a change of the server: every replica hears of it (migration 0007).
 */
export class ServerTools8 implements MigrationInterface {
  readonly name = 'ServerTools1700000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.server_tools (
        server_id uuid NOT NULL REFERENCES mcp.servers ON DELETE CASCADE,
        tool text NOT NULL CHECK (length(tool) <= 200),
        description text NOT NULL,
        pin text NOT NULL,
        approved_pin text,
        state text GENERATED ALWAYS AS (CASE WHEN pin = approved_pin THEN 'approved' ELSE 'quarantined' END) STORED,
        seen_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (server_id, tool)
      );
      CREATE TRIGGER server_tools_approved AFTER UPDATE OF approved_pin ON mcp.server_tools
        FOR EACH STATEMENT EXECUTE FUNCTION mcp.announce_server_change();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mcp.server_tools');
  }
}
