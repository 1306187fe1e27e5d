import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The queue between an answered call and ClickHouse (docs/adr/0006-usage-in-clickhouse.md).
 *
 * `tx` gives rows a commit-safe order: below `pg_snapshot_xmin(pg_current_snapshot())` no row can appear any more, so a
 * batch is a range that never changes. A serial alone would skip rows that commit late.
 *
 * Rows ClickHouse can never accept wait in `usage_rejected` for a person. Once the cause is removed they go back with
 * `WITH back AS (DELETE FROM mcp.usage_rejected RETURNING created_at, body)
 *  INSERT INTO mcp.usage_outbox (created_at, body) SELECT * FROM back`.
 */
export class UsageOutbox2 implements MigrationInterface {
  readonly name = 'UsageOutbox1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    // Vacuumed by rows written and not by a share of the table, since a queue is small on average and turns over often.
    await runner.query(`
      CREATE TABLE mcp.usage_outbox (
        tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
        seq bigint GENERATED ALWAYS AS IDENTITY,
        created_at timestamptz NOT NULL,
        body text NOT NULL CHECK (body <> '' AND strpos(body, E'\\n') = 0),
        PRIMARY KEY (tx, seq)
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

      CREATE TABLE mcp.usage_batches (
        id uuid PRIMARY KEY,
        last_tx xid8 NOT NULL,
        last_seq bigint NOT NULL,
        row_count int NOT NULL,
        checksum text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX usage_batches_one_at_a_time ON mcp.usage_batches ((true));

      CREATE SEQUENCE mcp.usage_versions;
      CREATE TABLE mcp.usage_dirty_hours (
        hour timestamptz PRIMARY KEY,
        version bigint NOT NULL DEFAULT nextval('mcp.usage_versions')
      );

      CREATE TABLE mcp.usage_rejected (
        tx xid8 NOT NULL,
        seq bigint NOT NULL,
        created_at timestamptz NOT NULL,
        body text NOT NULL,
        error text NOT NULL,
        rejected_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tx, seq)
      );

      CREATE TABLE mcp.usage_totals (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        delivered bigint NOT NULL DEFAULT 0
      );
      INSERT INTO mcp.usage_totals DEFAULT VALUES;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE mcp.usage_totals, mcp.usage_rejected, mcp.usage_dirty_hours, mcp.usage_batches, mcp.usage_outbox;
      DROP SEQUENCE mcp.usage_versions;
    `);
  }
}
