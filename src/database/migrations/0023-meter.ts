import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The second edition of the meter (docs/adr/0021-leases-and-posting.md): the outbox is the book of first entry, from which accounts are
 * posted; calls are paid from leases; and the outbox keeps what it delivered, hour by hour.
 *
 * While replicas are replaced one by one, older ones go on: their functions and holds stay, and what they append has no account, since
 * they have charged it. Their deliverer, which deletes, is refused and does no harm; the newer one has a lock of its own.
 */
export class Meter23 implements MigrationInterface {
  readonly name = 'Meter1700000000023';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(OUTBOX);
    await runner.query(LEASES);
    await runner.query(CHARGES);
    await runner.query(VIEWS);
    await runner.query(accountsView(WITH_UNPOSTED, UNPOSTED));
  }

  async down(): Promise<void> {
    return Promise.reject(
      new Error('What was charged from leases cannot be told to an older release: restore a backup instead.'),
    );
  }
}

// "tx" and "seq" are the order (0002). What belongs to one hour is one table, so that it goes without a trace: rows are never deleted.
// "account_id" is of a priced call, "charge" what it costs; "uncharged": what nobody could pay any more, since its lease was lost.
// "since": no row after a position was appended before. "next_since" becomes it once all transactions before "next_tx" are over.
const OUTBOX = `
  LOCK TABLE mcp.usage_outbox IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE mcp.usage_outbox RENAME TO usage_outbox_before;
  ALTER TABLE mcp.usage_outbox_before RENAME CONSTRAINT usage_outbox_pkey TO usage_outbox_before_pkey;
  CREATE SEQUENCE mcp.usage_outbox_order;
  SELECT setval('mcp.usage_outbox_order', coalesce(pg_sequence_last_value(pg_get_serial_sequence('mcp.usage_outbox_before', 'seq')::regclass), 0) + 1);

  CREATE TABLE mcp.usage_outbox (
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    seq bigint NOT NULL DEFAULT nextval('mcp.usage_outbox_order'),
    appended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_at timestamptz NOT NULL,
    account_id bigint,
    charge bigint CHECK (charge >= 0),
    uncharged bigint CHECK (uncharged > 0),
    replica_id int,
    event_id uuid,
    body text NOT NULL CHECK (body <> '' AND strpos(body, E'\\n') = 0),
    CONSTRAINT charged_to_a_lease CHECK ((account_id IS NULL) = (charge IS NULL) AND (account_id IS NULL OR replica_id IS NOT NULL AND event_id IS NOT NULL))
  ) PARTITION BY RANGE (appended_at);
  CREATE INDEX usage_outbox_in_order ON mcp.usage_outbox (tx, seq);

  CREATE FUNCTION mcp.add_outbox_hour(at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    hour timestamptz := date_trunc('hour', at, 'UTC');
  BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS mcp.%I PARTITION OF mcp.usage_outbox FOR VALUES FROM (%L) TO (%L)',
      'usage_outbox_' || to_char(hour AT TIME ZONE 'UTC', 'YYYYMMDDHH24'), hour, hour + interval '1 hour');
  END $$;
  SELECT mcp.add_outbox_hour(now() + n * interval '1 hour') FROM generate_series(0, 3) AS n;

  INSERT INTO mcp.usage_outbox (tx, seq, created_at, body) SELECT tx, seq, created_at, body FROM mcp.usage_outbox_before;
  DROP TABLE mcp.usage_outbox_before;
  DROP FUNCTION mcp.count_delivered();
  DELETE FROM mcp.usage_batches;

  CREATE FUNCTION mcp.refuse_outbox_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'mcp.usage_outbox is append-only; its hours are dropped as a whole' USING ERRCODE = 'restrict_violation';
  END $$;
  CREATE TRIGGER outbox_is_append_only BEFORE DELETE ON mcp.usage_outbox
    FOR EACH STATEMENT EXECUTE FUNCTION mcp.refuse_outbox_change();

  CREATE TABLE mcp.usage_positions (
    name text PRIMARY KEY CHECK (name IN ('posted', 'delivered')),
    tx xid8 NOT NULL DEFAULT '0',
    seq bigint NOT NULL DEFAULT 0,
    since timestamptz NOT NULL DEFAULT date_trunc('hour', now(), 'UTC'),
    next_since timestamptz,
    next_tx xid8
  );
  INSERT INTO mcp.usage_positions (name) VALUES ('posted'), ('delivered');
`;

// "last_batch": the number of the last statement that wrote for this replica; each has a greater one, so none is done twice.
// "last_return": of the last one that settled leases; what was leased before it was sent is not leased after it. A replica
// that is silent past "expires_at" is closed: what it holds is released, and it can write nothing more under this id. "calls_since":
// no priced call that runs there was admitted before.
const LEASES = `
  CREATE TABLE mcp.replicas (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    last_batch bigint NOT NULL DEFAULT 0,
    last_return bigint NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    calls_since timestamptz,
    closed_at timestamptz
  ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

  -- "amount": what calls of the replica may charge the account, what they have charged and is not posted yet included; all of it is
  -- part of the account's "credits_held". "called_back_at": another replica would like to have what is not needed.
  CREATE TABLE mcp.credit_leases (
    account_id bigint NOT NULL REFERENCES mcp.user_accounts (id),
    replica_id int NOT NULL REFERENCES mcp.replicas (id),
    amount bigint NOT NULL CHECK (amount >= 0),
    called_back_at timestamptz,
    PRIMARY KEY (account_id, replica_id)
  ) WITH (fillfactor = 50);
  CREATE INDEX credit_leases_of_replica ON mcp.credit_leases (replica_id);
`;

// One row a charged call, the user's statement: the narrow part of the ledger, by month. Its id is of the ledger's one sequence.
const CHARGES = `
  CREATE TABLE mcp.credit_charges (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    event_id uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    allocation_amount bigint NOT NULL CHECK (allocation_amount BETWEEN 0 AND amount),
    balance_after bigint NOT NULL CHECK (balance_after >= 0),
    called_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
  ) PARTITION BY RANGE (created_at);
  CREATE INDEX credit_charges_account ON mcp.credit_charges (account_id, id);

  CREATE FUNCTION mcp.refuse_charge_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'mcp.credit_charges is append-only; correct it with a booking' USING ERRCODE = 'restrict_violation';
  END $$;
  CREATE TRIGGER charges_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mcp.credit_charges
    FOR EACH STATEMENT EXECUTE FUNCTION mcp.refuse_charge_change();

  CREATE FUNCTION mcp.add_charges_month(at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    month timestamptz := date_trunc('month', at, 'UTC');
    part text := 'credit_charges_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM');
  BEGIN
    IF to_regclass('mcp.' || part) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE IF NOT EXISTS mcp.%I PARTITION OF mcp.credit_charges FOR VALUES FROM (%L) TO (%L)',
      part, month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
    EXECUTE format('CREATE OR REPLACE TRIGGER charges_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mcp.%I
      FOR EACH STATEMENT EXECUTE FUNCTION mcp.refuse_charge_change()', part);
  END $$;
  SELECT mcp.add_charges_month(now());

  -- Tasks whose end has been charged: the row is made with the charge, so that nobody charges it again, whoever died or slept over it.
  CREATE TABLE mcp.charged_tasks (id uuid PRIMARY KEY REFERENCES mcp.tasks ON DELETE CASCADE);

  -- What a call that was served could not be charged, since its lease was lost and others had spent its credits.
  CREATE TABLE mcp.credit_shortfalls (
    event_id uuid PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES mcp.user_accounts (id),
    amount bigint NOT NULL CHECK (amount > 0),
    called_at timestamptz NOT NULL
  );
`;

// The types of both halves are said, so that PostgreSQL reads an account's last entries in order from the indexes of both.
const VIEWS = `
  CREATE VIEW mcp.credit_ledger AS
    SELECT id, user_account_id, transaction_type, amount, balance_before, balance_after, allocation_amount, purchased_amount,
      debt_amount, reference_type, reference_id, description, created_by, created_at
    FROM mcp.user_credit_transactions
    UNION ALL
    SELECT id, account_id, 'usage'::text, -amount, balance_after + amount, balance_after, -allocation_amount,
      allocation_amount - amount, 0::bigint, 'tool_call'::text, event_id::text, NULL::text, 'system'::text, created_at
    FROM mcp.credit_charges;

  -- What calls have been charged that no account's row shows yet.
  CREATE VIEW mcp.unposted_charges AS
    SELECT o.account_id, o.replica_id, o.charge, o.created_at AS called_at
    FROM mcp.usage_positions p
    JOIN mcp.usage_outbox o ON o.appended_at >= p.since AND o.tx >= p.tx AND (o.tx, o.seq) > (p.tx, p.seq)
    WHERE p.name = 'posted' AND o.account_id IS NOT NULL;

  CREATE VIEW mcp.undelivered_usage AS
    SELECT o.tx, o.seq, o.created_at, o.body
    FROM mcp.usage_positions p
    JOIN mcp.usage_outbox o ON o.appended_at >= p.since AND o.tx >= p.tx AND (o.tx, o.seq) > (p.tx, p.seq)
    WHERE p.name = 'delivered';
`;

const UNPOSTED = `
  LEFT JOIN (SELECT account_id, sum(charge)::bigint AS charge FROM mcp.unposted_charges GROUP BY 1) AS p ON p.account_id = a.id`;

const unposted = 'coalesce(p.charge, 0)';
const WITH_UNPOSTED = {
  balance: `a.credits_balance - ${unposted}`,
  allocation: `greatest(a.credits_allocation - ${unposted}, 0)`,
  purchased: `a.credits_purchased - greatest(${unposted} - a.credits_allocation, 0)`,
  held: `a.credits_held - ${unposted}`,
  used: `a.total_credits_used + ${unposted}`,
};

const accountsView = (credits: typeof WITH_UNPOSTED, charges: string) => `
  CREATE OR REPLACE VIEW mcp.accounts AS
    SELECT a.id, a.user_id, a.user_email AS email, a.display_name, coalesce(k.prefix, a.mcp_key_prefix) AS key_prefix,
      ${credits.balance} AS balance, ${credits.allocation} AS allocation, ${credits.purchased} AS purchased,
      ${credits.held} AS held, a.credits_tier AS tier, a.credits_monthly_allocation AS monthly_allocation, a.is_active,
      greatest(a.last_connected_at, k.last_used_at) AS last_connected_at, coalesce(u.calls, 0) AS total_tool_calls,
      ${credits.used} AS total_credits_used,
      a.stripe_customer_id AS customer_id, a.stripe_subscription_status AS subscription_status, a.created_at, a.updated_at,
      a.credits_debt AS debt, a.flags
    FROM mcp.user_accounts a LEFT JOIN LATERAL (
      SELECT (array_agg(prefix ORDER BY is_active DESC, created_at DESC))[1] AS prefix, max(last_used_at) AS last_used_at
      FROM mcp.api_keys WHERE user_id = a.user_id AND starts_with(prefix, 'mcp_')
    ) AS k ON true LEFT JOIN mcp.usage_counts u ON u.user_id = a.user_id::text ${charges}`;
