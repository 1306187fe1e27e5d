import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What operators have changed of the tools of a pool; null is the servers' own. `arguments` is sealed: the constant of each, as JSON. A
 * change is one of the servers: every replica hears of it (migration 0007). The changes of a pool go with its last server, whichever
 * release removes it, after the trigger that raises the version: writers wait for each other there, so that of two who remove the last
 * two servers at once the second sees that it is the last.
 */
export class ToolChanges21 implements MigrationInterface {
  readonly name = 'ToolChanges1700000000021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.tool_changes (
        pool text NOT NULL,
        tool text NOT NULL CHECK (length(tool) <= 200),
        enabled boolean NOT NULL DEFAULT true,
        name text,
        title text,
        description text,
        arguments bytea,
        PRIMARY KEY (pool, tool),
        UNIQUE (pool, name)
      );
      CREATE TRIGGER tool_changes_changed AFTER INSERT OR UPDATE OR DELETE ON mcp.tool_changes
        FOR EACH STATEMENT EXECUTE FUNCTION mcp.announce_server_change();
      CREATE FUNCTION mcp.forget_tool_changes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          DELETE FROM mcp.tool_changes c
            WHERE NOT EXISTS (SELECT FROM mcp.servers s WHERE coalesce(s.pool, s.name) = c.pool);
          RETURN NULL;
        END $$;
      CREATE TRIGGER servers_gone AFTER DELETE ON mcp.servers FOR EACH STATEMENT EXECUTE FUNCTION mcp.forget_tool_changes();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER servers_gone ON mcp.servers;
      DROP FUNCTION mcp.forget_tool_changes();
      DROP TABLE mcp.tool_changes;
    `);
  }
}
