import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Of the calls of an hour, when the first and the last were appended to the outbox, by PostgreSQL's clock: that says in which of its
 * tables they are, however wrong the clock was by which a gateway says when a call began.
 *
 * And no row is appended at a time before that from which on rows are looked for, however wrong PostgreSQL's own clock was.
 *
 * Of hours from before nobody knows: they are looked for in all tables that are there now. The defaults are for a gateway that counts
 * between this migration and its functions.
 */
export class AppendedHours26 implements MigrationInterface {
  readonly name = 'AppendedHours1700000000026';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mcp.usage_hours
        ADD COLUMN first_appended_at timestamptz NOT NULL DEFAULT clock_timestamp() - interval '1 hour',
        ADD COLUMN last_appended_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '1 hour';
      UPDATE mcp.usage_hours SET first_appended_at = hour - interval '10 minutes';
      CREATE FUNCTION mcp.append_time() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
        SELECT greatest(clock_timestamp(), (SELECT max(greatest(since, next_since)) FROM mcp.usage_positions))
      $$;
      ALTER TABLE mcp.usage_outbox ALTER COLUMN appended_at SET DEFAULT mcp.append_time();
      CREATE OR REPLACE VIEW mcp.undelivered_usage AS
        SELECT o.tx, o.seq, o.created_at, o.body, o.appended_at
        FROM mcp.usage_positions p
        JOIN mcp.usage_outbox o ON o.appended_at >= p.since AND o.tx >= p.tx AND (o.tx, o.seq) > (p.tx, p.seq)
        WHERE p.name = 'delivered';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION mcp.count_delivered_usage;
      ALTER TABLE mcp.usage_outbox ALTER COLUMN appended_at SET DEFAULT clock_timestamp();
      ALTER TABLE mcp.usage_hours DROP COLUMN first_appended_at, DROP COLUMN last_appended_at;
    `);
  }
}
