import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What made a key's last call; and links by which users set a password once, found by a hash of what the link says. */
export class ClientsOfKeys16 implements MigrationInterface {
  readonly name = 'ClientsOfKeys1700000000016';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mcp.api_keys ADD COLUMN last_client text;
      CREATE TABLE mcp.password_links (
        user_id uuid PRIMARY KEY REFERENCES mcp.users (id),
        token_hash bytea NOT NULL UNIQUE,
        login_version int NOT NULL,
        expires_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mcp.password_links; ALTER TABLE mcp.api_keys DROP COLUMN last_client');
  }
}
