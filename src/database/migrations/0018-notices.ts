import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Notices to operators and users (docs/notices.md). `notice_occasions`: what holds now and was told, a row from the moment it
 * begins until it ends, so that it is told once by whichever replica is first. `notice_scans`: when each kind that is told was last
 * looked for, so that one replica looks at a time. `notices`: what was told. `notice_deliveries`: to
 * whom, each with its last attempts; one that a replica is busy with is due again when that replica must have died. The views are
 * what the notices read of keys and tools.
 */
export class Notices18 implements MigrationInterface {
  readonly name = 'Notices1700000000018';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.notice_occasions (
        key text PRIMARY KEY,
        kind text NOT NULL,
        began_at timestamptz NOT NULL DEFAULT now(),
        seen_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX notice_occasions_kind ON mcp.notice_occasions (kind, seen_at);

      CREATE TABLE mcp.notice_scans (
        kind text PRIMARY KEY,
        scanned_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE mcp.notices (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        subject text NOT NULL,
        data jsonb NOT NULL,
        user_id uuid,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX notices_user ON mcp.notices (user_id, kind, created_at) WHERE user_id IS NOT NULL;
      CREATE INDEX notices_subject ON mcp.notices (kind, subject, created_at);
      CREATE INDEX notices_age ON mcp.notices (created_at);

      CREATE TABLE mcp.notice_deliveries (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        notice_id uuid NOT NULL REFERENCES mcp.notices (id) ON DELETE CASCADE,
        channel text NOT NULL CHECK (channel IN ('webhook', 'mail')),
        endpoint text NOT NULL,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
        tries int NOT NULL DEFAULT 0,
        is_urgent boolean NOT NULL DEFAULT false,
        due_at timestamptz NOT NULL DEFAULT now(),
        queued_at timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz,
        attempts jsonb NOT NULL DEFAULT '[]',
        CONSTRAINT told_once UNIQUE (notice_id, channel, endpoint)
      );
      CREATE INDEX notice_deliveries_due ON mcp.notice_deliveries (channel, endpoint, is_urgent DESC, due_at) WHERE state = 'waiting';
      CREATE INDEX notice_deliveries_mail_due ON mcp.notice_deliveries (is_urgent DESC, due_at) WHERE state = 'waiting' AND channel = 'mail';

      CREATE INDEX api_keys_expiring ON mcp.api_keys (expires_at) WHERE is_active AND replaced_by IS NULL AND expires_at IS NOT NULL;
      CREATE VIEW mcp.expiring_keys AS
        SELECT id, user_id, name, prefix, created_at, expires_at FROM mcp.api_keys
        WHERE is_active AND replaced_by IS NULL AND expires_at IS NOT NULL;
      CREATE VIEW mcp.quarantined_tools AS
        SELECT t.server_id, s.name AS server_name, t.tool, t.pin, t.approved_pin IS NULL AS is_new
        FROM mcp.server_tools t JOIN mcp.servers s ON s.id = t.server_id
        WHERE t.state = 'quarantined' AND s.enabled;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP VIEW mcp.expiring_keys, mcp.quarantined_tools;
      DROP INDEX mcp.api_keys_expiring;
      DROP TABLE mcp.notice_deliveries, mcp.notices, mcp.notice_scans, mcp.notice_occasions;
    `);
  }
}
