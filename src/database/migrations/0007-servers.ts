import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Registered upstream servers. `config` is sealed (config-cipher.ts). Every change raises the one row of `servers_version`:
 * writers wait for each other there, so whoever reads a version sees every change up to it.
 */
export class Servers7 implements MigrationInterface {
  readonly name = 'Servers1700000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.servers (
        id uuid PRIMARY KEY,
        name text NOT NULL UNIQUE,
        template_name text NOT NULL,
        config bytea NOT NULL,
        metadata jsonb NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        weight integer NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 1000),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE TABLE mcp.server_numbers (template_name text PRIMARY KEY, last integer NOT NULL);
      CREATE TABLE mcp.servers_version (version bigint NOT NULL);
      INSERT INTO mcp.servers_version VALUES (1);
      CREATE FUNCTION mcp.announce_server_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          UPDATE mcp.servers_version SET version = version + 1;
          PERFORM pg_notify('server_changes', '');
          RETURN NULL;
        END $$;
      CREATE TRIGGER servers_changed AFTER INSERT OR UPDATE OR DELETE ON mcp.servers
        FOR EACH STATEMENT EXECUTE FUNCTION mcp.announce_server_change();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE mcp.servers, mcp.server_numbers, mcp.servers_version;
      DROP FUNCTION mcp.announce_server_change();
    `);
  }
}
