import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who changed what: written with each change, in its transaction, and never changed; what is older than `audit.keep_months` is deleted,
 * by nobody else. Users and keys are named by id without a
 * reference, since what a deleted user did stays written. `ended_logins`: login tokens that were logged out, until they would have
 * expired. A deleted user keeps a row without name, password and rights, to which their books belong.
 */
export class AuditLog14 implements MigrationInterface {
  readonly name = 'AuditLog1700000000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mcp.audit_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        created_at timestamptz NOT NULL DEFAULT now(),
        via text NOT NULL CHECK (via IN ('login', 'anonymous', 'api_key', 'password_link', 'command_line', 'gateway', 'stripe')),
        actor_id uuid,
        api_key_id uuid,
        action text NOT NULL,
        subject_type text NOT NULL,
        subject_id text NOT NULL,
        details jsonb NOT NULL DEFAULT '{}'
      );
      CREATE INDEX audit_log_subject ON mcp.audit_log (subject_type, subject_id, id DESC);
      CREATE INDEX audit_log_actor ON mcp.audit_log (actor_id, id DESC);
      CREATE INDEX audit_log_action ON mcp.audit_log (action, id DESC);
      CREATE INDEX audit_log_time ON mcp.audit_log (created_at);
      CREATE FUNCTION mcp.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' AND current_setting('tallygate.audit_retention', true) = 'on'
          AND OLD.created_at < now() - interval '27 days' THEN RETURN OLD;
        END IF;
        RAISE EXCEPTION 'mcp.audit_log is append-only' USING ERRCODE = 'restrict_violation';
      END $$;
      CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE ON mcp.audit_log
        FOR EACH ROW EXECUTE FUNCTION mcp.refuse_audit_change();
      CREATE TRIGGER audit_log_is_kept BEFORE TRUNCATE ON mcp.audit_log
        FOR EACH STATEMENT EXECUTE FUNCTION mcp.refuse_audit_change();

      CREATE TABLE mcp.ended_logins (token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32), expires_at timestamptz NOT NULL);
      CREATE INDEX ended_logins_expiry ON mcp.ended_logins (expires_at);
      ALTER TABLE mcp.users ADD COLUMN deleted_at timestamptz, ADD COLUMN erased_email bytea;
      CREATE INDEX users_erased_email ON mcp.users (erased_email) WHERE erased_email IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE mcp.audit_log, mcp.ended_logins;
      DROP FUNCTION mcp.refuse_audit_change();
      ALTER TABLE mcp.users DROP COLUMN deleted_at, DROP COLUMN erased_email;
    `);
  }
}
