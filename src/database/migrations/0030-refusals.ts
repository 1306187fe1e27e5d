import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How many requests were refused before they became calls, by reason and hour. Each process writes what it has counted since it started
 * in rows of its own, whole: a statement whose answer was lost may be sent again.
 */
export class Refusals30 implements MigrationInterface {
  readonly name = 'Refusals1700000000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.refusals_hourly (
        hour timestamptz NOT NULL,
        reason text NOT NULL,
        process uuid NOT NULL,
        refused bigint NOT NULL,
        PRIMARY KEY (hour, reason, process)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mcp.refusals_hourly');
  }
}
