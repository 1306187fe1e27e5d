import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Everything that upstream servers offer, as it was seen last, and what of it was approved: tools, prompts, resources, templates of
 * those, and instructions. `key`: a hash of the name, since addresses are longer than an index takes. `approved_definition`: what was
 * approved, where that is something else now. `approved_at`: when a person approved it; setting it is a change of the server, which every
 * replica hears of (migration 0007). `server_tools` is left as it is for earlier releases, which read and write it while replicas are
 * replaced one by one; what was approved there is approved here as well when it is first seen (server-pins.service.ts).
 */
export class ServerPins20 implements MigrationInterface {
  readonly name = 'ServerPins1700000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.server_pins (
        server_id uuid NOT NULL REFERENCES mcp.servers ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('tool', 'prompt', 'resource', 'template', 'instructions')),
        key text NOT NULL,
        name text NOT NULL,
        pin text NOT NULL,
        definition text,
        approved_pin text,
        approved_definition text,
        approved_at timestamptz,
        state text GENERATED ALWAYS AS (CASE WHEN pin = approved_pin THEN 'approved' ELSE 'quarantined' END) STORED,
        seen_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (server_id, kind, key)
      );
      CREATE TRIGGER server_pins_approved AFTER UPDATE OF approved_at ON mcp.server_pins
        FOR EACH STATEMENT EXECUTE FUNCTION mcp.announce_server_change();
      CREATE VIEW mcp.quarantined_pins AS
        SELECT p.server_id, s.name AS server_name, p.kind, p.name, p.pin, p.approved_pin IS NULL AS is_new
        FROM mcp.server_pins p JOIN mcp.servers s ON s.id = p.server_id
        WHERE p.state = 'quarantined' AND s.enabled;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW mcp.quarantined_pins; DROP TABLE mcp.server_pins');
  }
}
