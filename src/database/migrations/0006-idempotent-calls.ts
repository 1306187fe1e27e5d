import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls that a caller named, so that repeating one does not run it again (docs/adr/0009-exact-credits.md). */
export class IdempotentCalls6 implements MigrationInterface {
  readonly name = 'IdempotentCalls1700000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.idempotent_calls (
        scope text NOT NULL,
        key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
        fingerprint text NOT NULL,
        answer text,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (scope, key)
      );
      CREATE INDEX idempotent_calls_age ON mcp.idempotent_calls (created_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mcp.idempotent_calls');
  }
}
