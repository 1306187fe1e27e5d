-- What triggers do; the triggers themselves belong to their tables, in migrations.

-- A change is told to every replica, whoever makes it: a row for those who read later, a notification for those who listen
-- now.
CREATE OR REPLACE FUNCTION mcp.announce_key_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mcp.auth_changes (kind, id) VALUES ('key', coalesce(NEW.token_id, OLD.token_id));
  PERFORM pg_notify('auth_changes', 'key:' || coalesce(NEW.token_id, OLD.token_id));
  RETURN NULL;
END $$;

-- What was admitted for a user is asked again: a row of theirs has changed, or something has that no row of theirs shows.
CREATE OR REPLACE FUNCTION mcp.announce_user(id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mcp.auth_changes (kind, id) VALUES ('user', announce_user.id);
  PERFORM pg_notify('auth_changes', 'user:' || announce_user.id);
END $$;

CREATE OR REPLACE FUNCTION mcp.announce_user_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mcp.announce_user(OLD.id);
  RETURN NULL;
END $$;

-- An account's state is part of what its user's keys mean.
CREATE OR REPLACE FUNCTION mcp.announce_account_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mcp.announce_user(coalesce(NEW.user_id, OLD.user_id));
  RETURN NULL;
END $$;

-- What a session is, and that it has ended: its user's sessions are looked up anew.
CREATE OR REPLACE FUNCTION mcp.announce_session_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mcp.announce_user(OLD.user_id);
  RETURN NULL;
END $$;

-- Writers wait for each other at the version's row, so whoever reads a version sees every change up to it.
CREATE OR REPLACE FUNCTION mcp.announce_server_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE mcp.servers_version SET version = version + 1;
  PERFORM pg_notify('server_changes', '');
  RETURN NULL;
END $$;

-- As of servers.
CREATE OR REPLACE FUNCTION mcp.announce_tariff_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE mcp.tariff_version SET version = version + 1;
  PERFORM pg_notify('tariff_changes', '');
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mcp.refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'mcp.user_credit_transactions is append-only; correct it with another row' USING ERRCODE = 'restrict_violation';
END $$;

-- Runs behind the trigger that raises the version: writers wait for each other there, so that of two who remove the last two servers
-- of a pool at once the second sees that it is the last.
CREATE OR REPLACE FUNCTION mcp.forget_tool_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM mcp.tool_changes c
    WHERE NOT EXISTS (SELECT FROM mcp.servers s WHERE coalesce(s.pool, s.name) = c.pool);
  RETURN NULL;
END $$;

-- No login token from before is worth anything.
CREATE OR REPLACE FUNCTION mcp.end_logins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.login_version := OLD.login_version + 1;
  RETURN NEW;
END $$;

-- No session from before is worth anything either.
CREATE OR REPLACE FUNCTION mcp.end_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM mcp.sessions WHERE user_id = NEW.id;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mcp.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('tallygate.audit_retention', true) = 'on'
    AND OLD.created_at < now() - interval '27 days' THEN RETURN OLD;
  END IF;
  RAISE EXCEPTION 'mcp.audit_log is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION mcp.refuse_outbox_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'mcp.usage_outbox is append-only; its hours are dropped as a whole' USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION mcp.refuse_charge_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'mcp.credit_charges is append-only; correct it with a booking' USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION mcp.refuse_archive_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'mcp.% is append-only: it stands for a part of the ledger', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION mcp.refuse_late_charge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The month of this charge is closed: mcp.% goes to the archive', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
