import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `users.login_version` is in every login token and counted up by a trigger, so that no statement, not even one typed by an
 * operator, can change a password, a role or an activity while the tokens from before live on. `api_keys.lineage`: the first
 * key of the rotations that led to this one, null for a key that replaces none; rate limits count under it.
 */
export class EndingsOfLoginsAndKeys12 implements MigrationInterface {
  readonly name = 'EndingsOfLoginsAndKeys1700000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mcp.users ADD COLUMN login_version int NOT NULL DEFAULT 0;
      CREATE FUNCTION mcp.end_logins() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.login_version := OLD.login_version + 1;
        RETURN NEW;
      END $$;
      CREATE TRIGGER users_logins_end BEFORE UPDATE OF password_hash, role, is_active ON mcp.users FOR EACH ROW
        WHEN ((OLD.password_hash, OLD.role, OLD.is_active) IS DISTINCT FROM (NEW.password_hash, NEW.role, NEW.is_active))
        EXECUTE FUNCTION mcp.end_logins();

      ALTER TABLE mcp.api_keys ADD COLUMN lineage uuid;
      WITH RECURSIVE successors AS (
        SELECT k.id AS first, k.replaced_by AS id FROM mcp.api_keys k
        WHERE k.replaced_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM mcp.api_keys older WHERE older.replaced_by = k.id)
        UNION ALL
        SELECT s.first, k.replaced_by FROM successors s JOIN mcp.api_keys k ON k.id = s.id WHERE k.replaced_by IS NOT NULL
      )
      UPDATE mcp.api_keys k SET lineage = s.first FROM successors s WHERE k.id = s.id;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER users_logins_end ON mcp.users;
      DROP FUNCTION mcp.end_logins();
      ALTER TABLE mcp.users DROP COLUMN login_version;
      ALTER TABLE mcp.api_keys DROP COLUMN lineage;
    `);
  }
}
