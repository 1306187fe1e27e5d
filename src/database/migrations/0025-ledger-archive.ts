import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is kept of charges that have gone to a file (docs/adr/0024-ledger-archive.md): the file of each month, what its rows come to by
 * account and by day, and the ledger as it adds up with them.
 */
export class LedgerArchive25 implements MigrationInterface {
  readonly name = 'LedgerArchive1700000000025';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(GUARDS);
    await runner.query(VIEW);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Charges that are archived are in files alone: restore a backup from before instead.'));
  }
}

// "archived_charges": a row is a run of an account's charges, each of which begins where the one before ended, with no booking between
// them. So it stands in the ledger's chain as one entry, and a chain that was broken before is as broken after.
// "archived_days": by the UTC day on which the calls were admitted, which may be of the month before.
const TABLES = `
  CREATE TABLE mcp.ledger_archives (
    month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    file text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    charges bigint NOT NULL CHECK (charges >= 0),
    amount bigint NOT NULL CHECK (amount >= charges),
    first_id bigint NOT NULL,
    last_id bigint NOT NULL,
    archived_at timestamptz NOT NULL
  );

  CREATE TABLE mcp.archived_charges (
    account_id bigint NOT NULL,
    month date NOT NULL REFERENCES mcp.ledger_archives (month),
    first_id bigint NOT NULL,
    last_id bigint NOT NULL CHECK (last_id >= first_id),
    charges bigint NOT NULL CHECK (charges > 0),
    amount bigint NOT NULL CHECK (amount >= charges),
    allocation_amount bigint NOT NULL CHECK (allocation_amount BETWEEN 0 AND amount),
    balance_after bigint NOT NULL CHECK (balance_after >= 0),
    PRIMARY KEY (account_id, last_id)
  );

  CREATE TABLE mcp.archived_days (
    month date NOT NULL REFERENCES mcp.ledger_archives (month),
    day date NOT NULL,
    charges bigint NOT NULL CHECK (charges > 0),
    amount bigint NOT NULL CHECK (amount >= charges),
    PRIMARY KEY (month, day)
  );
`;

const GUARDS = `
  CREATE FUNCTION mcp.refuse_archive_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'mcp.% is append-only: it stands for a part of the ledger', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END $$;
  CREATE TRIGGER archives_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mcp.ledger_archives
    FOR EACH STATEMENT EXECUTE FUNCTION mcp.refuse_archive_change();
  CREATE TRIGGER archives_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mcp.archived_charges
    FOR EACH STATEMENT EXECUTE FUNCTION mcp.refuse_archive_change();
  CREATE TRIGGER archives_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mcp.archived_days
    FOR EACH STATEMENT EXECUTE FUNCTION mcp.refuse_archive_change();

  CREATE FUNCTION mcp.refuse_late_charge() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'The month of this charge is closed: mcp.% goes to the archive', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END $$;
`;

const VIEW = `
  CREATE VIEW mcp.whole_ledger AS
    SELECT id, user_account_id, transaction_type, amount, balance_before, balance_after, allocation_amount, purchased_amount, debt_amount
    FROM mcp.credit_ledger
    UNION ALL
    SELECT last_id, account_id, 'usage'::text, -amount, balance_after + amount, balance_after, -allocation_amount,
      allocation_amount - amount, 0::bigint
    FROM mcp.archived_charges;
`;
