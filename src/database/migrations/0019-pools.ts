import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The pool of each upstream server. Null for what a release without pools has registered, also while replicas are replaced one by one:
 * whether two servers are configured alike only the gateway can tell, since configs are sealed, so it finds a pool for them
 * (unplaced-servers.service.ts). `server_numbers` is read by those releases alone.
 */
export class Pools19 implements MigrationInterface {
  readonly name = 'Pools1700000000019';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE mcp.servers ADD COLUMN pool text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE mcp.servers DROP COLUMN pool');
  }
}
