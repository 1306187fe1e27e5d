import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The queue between an answered call and ClickHouse (docs/architecture.md, "Usage").
 *
 * `tx` gives rows a commit-safe order: below `pg_snapshot_xmin(pg_current_snapshot())` no row can appear any more, so a
 * batch is a range that never changes. A serial alone would skip rows that commit late.
 */
export class UsageOutbox2 implements MigrationInterface {
  readonly name = 'UsageOutbox1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.usage_outbox (
        tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
        seq bigint GENERATED ALWAYS AS IDENTITY,
        created_at timestamptz NOT NULL,
        body text NOT NULL,
        PRIMARY KEY (tx, seq)
      );
      CREATE TABLE mcp.usage_batches (
        id uuid PRIMARY KEY,
        last_tx xid8 NOT NULL,
        last_seq bigint NOT NULL,
        row_count int NOT NULL,
        checksum text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE mcp.usage_dirty_hours (
        hour timestamptz PRIMARY KEY,
        version bigint NOT NULL DEFAULT 1
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mcp.usage_dirty_hours, mcp.usage_batches, mcp.usage_outbox');
  }
}
