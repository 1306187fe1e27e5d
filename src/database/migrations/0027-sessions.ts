import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sessions of people who are signed in to the portal (docs/security.md). Of the secret in the browser's cookie only a keyed
 * hash is kept. `role` is what the session may be at most: of one that began with a token of the operator's own backend, what that
 * said.
 *
 * A trigger ends them with the logins (migration 0012): no statement, not even one typed by an operator, can change a password, a role
 * or an activity while the sessions from before live on. Their end is told as a change of their user, so that gateways of before
 * understand it.
 */
export class Sessions27 implements MigrationInterface {
  readonly name = 'Sessions1700000000027';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.sessions (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
        user_id uuid NOT NULL REFERENCES mcp.users (id) ON DELETE CASCADE,
        role text NOT NULL CHECK (role IN ('user', 'admin')),
        auth_method text NOT NULL CHECK (auth_method IN ('password', 'external_token')),
        ip text,
        user_agent text,
        created_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        confirmed_at timestamptz
      );
      CREATE INDEX sessions_of_user ON mcp.sessions (user_id, created_at);
      CREATE INDEX sessions_expire ON mcp.sessions (expires_at);

      CREATE FUNCTION mcp.announce_session_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO mcp.auth_changes (kind, id) VALUES ('user', OLD.user_id);
        PERFORM pg_notify('auth_changes', 'user:' || OLD.user_id);
        RETURN NULL;
      END $$;
      CREATE TRIGGER sessions_changed AFTER DELETE OR UPDATE OF token_hash, user_id, role, expires_at, confirmed_at ON mcp.sessions
        FOR EACH ROW EXECUTE FUNCTION mcp.announce_session_change();

      CREATE FUNCTION mcp.end_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        DELETE FROM mcp.sessions WHERE user_id = NEW.id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER users_sessions_end AFTER UPDATE ON mcp.users FOR EACH ROW
        WHEN (OLD.login_version IS DISTINCT FROM NEW.login_version) EXECUTE FUNCTION mcp.end_sessions();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER users_sessions_end ON mcp.users;
      DROP TABLE mcp.sessions;
      DROP FUNCTION mcp.announce_session_change(), mcp.end_sessions();
    `);
  }
}
