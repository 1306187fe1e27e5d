import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What ClickHouse has been given, by the hour of the calls, so that it can be asked whether it still has it (docs/adr/0022-verified-usage.md).
 *
 * `id_sum` is a hash that knows no order: the sum of the first 32 bits of the calls' ids. `healed` counts calls that ClickHouse had
 * lost and was sent again; `lost` those that are missing there and no longer in the outbox; `surplus` those that it has more than it was
 * given, which nobody here takes away. Hours before `verified_since` were given before anybody counted.
 */
export class VerifiedUsage24 implements MigrationInterface {
  readonly name = 'VerifiedUsage1700000000024';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.usage_hours (
        hour timestamptz PRIMARY KEY,
        calls bigint NOT NULL,
        credits bigint NOT NULL,
        id_sum numeric NOT NULL,
        healed bigint NOT NULL DEFAULT 0,
        lost bigint NOT NULL DEFAULT 0,
        surplus bigint NOT NULL DEFAULT 0
      );
      ALTER TABLE mcp.usage_totals
        ADD COLUMN verified_since timestamptz NOT NULL DEFAULT date_trunc('hour', now(), 'UTC') + interval '1 hour',
        ADD COLUMN verified_at timestamptz;
      UPDATE mcp.usage_totals SET verified_since = '-infinity' WHERE delivered = 0 AND NOT EXISTS (SELECT FROM mcp.usage_outbox);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE mcp.usage_hours;
      ALTER TABLE mcp.usage_totals DROP COLUMN verified_since, DROP COLUMN verified_at;
    `);
  }
}
