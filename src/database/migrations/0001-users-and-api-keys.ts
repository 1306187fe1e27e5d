import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Users, API keys, and the feed that tells every replica of a change to either.
 *
 * `auth_changes` is written by triggers, so that no statement, not even one typed by an operator, can change who may
 * call without the replicas hearing of it. `tx` lets a reader poll without missing a transaction that commits late.
 */
export class UsersAndApiKeys1 implements MigrationInterface {
  readonly name = 'UsersAndApiKeys1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.users (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        username text NOT NULL,
        email text NOT NULL CHECK (email = lower(email)),
        display_name text,
        password_hash text NOT NULL,
        role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
        is_active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX users_username ON mcp.users (lower(username));
      CREATE UNIQUE INDEX users_email ON mcp.users (email);

      CREATE TABLE mcp.api_keys (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        token_id text NOT NULL UNIQUE,
        hmac bytea NOT NULL CHECK (length(hmac) = 32),
        prefix text NOT NULL,
        user_id uuid NOT NULL REFERENCES mcp.users (id) ON DELETE CASCADE,
        name text NOT NULL,
        scopes text[] NOT NULL,
        allowed_tools text[],
        rate_limit_per_hour int CHECK (rate_limit_per_hour > 0),
        is_active boolean NOT NULL DEFAULT true,
        expires_at timestamptz,
        last_used_at timestamptz,
        replaced_by uuid,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX api_keys_user ON mcp.api_keys (user_id, created_at DESC);

      CREATE TABLE mcp.auth_changes (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
        kind text NOT NULL CHECK (kind IN ('user', 'key')),
        id text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX auth_changes_tx ON mcp.auth_changes (tx);

      CREATE FUNCTION mcp.announce_key_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO mcp.auth_changes (kind, id) VALUES ('key', coalesce(NEW.token_id, OLD.token_id));
        PERFORM pg_notify('auth_changes', 'key:' || coalesce(NEW.token_id, OLD.token_id));
        RETURN NULL;
      END $$;
      CREATE FUNCTION mcp.announce_user_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO mcp.auth_changes (kind, id) VALUES ('user', OLD.id);
        PERFORM pg_notify('auth_changes', 'user:' || OLD.id);
        RETURN NULL;
      END $$;
      CREATE TRIGGER api_keys_created AFTER INSERT OR DELETE ON mcp.api_keys
        FOR EACH ROW EXECUTE FUNCTION mcp.announce_key_change();
      CREATE TRIGGER api_keys_changed AFTER UPDATE OF hmac, user_id, name, scopes, allowed_tools, rate_limit_per_hour, is_active, expires_at ON mcp.api_keys
        FOR EACH ROW EXECUTE FUNCTION mcp.announce_key_change();
      CREATE TRIGGER users_changed AFTER DELETE OR UPDATE OF role, is_active ON mcp.users
        FOR EACH ROW EXECUTE FUNCTION mcp.announce_user_change();

      CREATE TABLE mcp.settings (name text PRIMARY KEY, value text NOT NULL);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE mcp.settings, mcp.auth_changes, mcp.api_keys, mcp.users;
      DROP FUNCTION mcp.announce_key_change(), mcp.announce_user_change();
    `);
  }
}
