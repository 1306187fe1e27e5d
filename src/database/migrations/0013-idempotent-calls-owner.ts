import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The call that has claimed an idempotency key: only it may give the key back or answer under it. */
export class IdempotentCallsOwner13 implements MigrationInterface {
  readonly name = 'IdempotentCallsOwner1700000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE mcp.idempotent_calls ADD COLUMN claimed_by uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE mcp.idempotent_calls DROP COLUMN claimed_by');
  }
}
