-- What triggers do; the triggers themselves belong to their tables, in migrations.

-- A change is told to every replica, whoever makes it: a row for those who read later, a notification for those who listen
-- now.
CREATE OR REPLACE FUNCTION mcp.announce_key_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mcp.auth_changes (kind, id) VALUES ('key', coalesce(NEW.token_id, OLD.token_id));
  PERFORM pg_notify('auth_changes', 'key:' || coalesce(NEW.token_id, OLD.token_id));
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mcp.announce_user_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mcp.auth_changes (kind, id) VALUES ('user', OLD.id);
  PERFORM pg_notify('auth_changes', 'user:' || OLD.id);
  RETURN NULL;
END $$;

-- An account's state is part of what its user's keys mean.
CREATE OR REPLACE FUNCTION mcp.announce_account_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mcp.auth_changes (kind, id) VALUES ('user', coalesce(NEW.user_id, OLD.user_id));
  PERFORM pg_notify('auth_changes', 'user:' || coalesce(NEW.user_id, OLD.user_id));
  RETURN NULL;
END $$;

-- Writers wait for each other at the version's row, so whoever reads a version sees every change up to it.
CREATE OR REPLACE FUNCTION mcp.announce_server_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE mcp.servers_version SET version = version + 1;
  PERFORM pg_notify('server_changes', '');
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mcp.refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'mcp.user_credit_transactions is append-only; correct it with another row' USING ERRCODE = 'restrict_violation';
END $$;
