import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Accounts and their books (docs/adr/0009-exact-credits.md).
 *
 * The account's row is the one lock of everything that belongs to it: balance, holds, periods, ledger. The functions take
 * it first, in id order, so they neither deadlock nor see half a change. The CHECKs and UNIQUEs hold even without it.
 */
export class AccountsAndCredits3 implements MigrationInterface {
  readonly name = 'AccountsAndCredits1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(TRIGGERS);
    await runner.query(readFileSync(new URL('0003-credit-functions.sql', import.meta.url), 'utf8'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE mcp.credit_periods, mcp.user_credit_transactions, mcp.credit_holds, mcp.user_accounts;
      DROP FUNCTION mcp.settle_credits, mcp.reserve_credits, mcp.expire_holds, mcp.change_tier, mcp.grant_credits,
        mcp.refill_credits, mcp.post_credits, mcp.ledger_time, mcp.refuse_ledger_change, mcp.announce_account_change;
    `);
  }
}

// An account's row is rewritten by every batch of its calls: room in the page keeps that from touching any index.
const TABLES = `
  CREATE TABLE mcp.user_accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL UNIQUE REFERENCES mcp.users (id),
    user_email text NOT NULL,
    display_name text,
    mcp_key_prefix text NOT NULL,
    mcp_key_id uuid REFERENCES mcp.api_keys (id) ON DELETE SET NULL,
    credits_balance bigint NOT NULL DEFAULT 0,
    credits_allocation bigint NOT NULL DEFAULT 0 CHECK (credits_allocation >= 0),
    credits_purchased bigint NOT NULL DEFAULT 0 CHECK (credits_purchased >= 0),
    credits_held bigint NOT NULL DEFAULT 0 CHECK (credits_held >= 0),
    credits_tier text NOT NULL,
    credits_monthly_allocation bigint NOT NULL CHECK (credits_monthly_allocation >= 0),
    credits_last_refill timestamptz NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    last_connected_at timestamptz,
    total_tool_calls bigint NOT NULL DEFAULT 0,
    total_credits_used bigint NOT NULL DEFAULT 0,
    stripe_customer_id text UNIQUE,
    stripe_subscription_id text UNIQUE,
    stripe_subscription_status text,
    stripe_current_period_end timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT balance_is_its_parts CHECK (credits_balance = credits_allocation + credits_purchased),
    CONSTRAINT never_overspent CHECK (credits_balance - credits_held >= 0)
  ) WITH (fillfactor = 50);
  CREATE INDEX user_accounts_refill ON mcp.user_accounts (credits_last_refill) WHERE is_active;

  -- One per priced call; its id is the id of the call's usage event. "settled_at" says that the call's end is recorded:
  -- that comes once, also to a hold that has expired before. "charged" and "remaining" are what it came to.
  CREATE TABLE mcp.credit_holds (
    id uuid PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES mcp.user_accounts (id),
    amount bigint NOT NULL CHECK (amount >= 0),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'captured', 'voided', 'expired')),
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    called_at timestamptz,
    charged bigint CHECK (charged BETWEEN 0 AND amount),
    remaining bigint,
    CHECK ((state = 'captured') = (coalesce(charged, 0) > 0))
  ) WITH (autovacuum_vacuum_scale_factor = 0.02);
  CREATE INDEX credit_holds_open ON mcp.credit_holds (expires_at) WHERE state = 'open';

  -- The UNIQUE books a thing of the outside world once: a call, a month's refill, a payment.
  CREATE TABLE mcp.user_credit_transactions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_account_id bigint NOT NULL REFERENCES mcp.user_accounts (id),
    transaction_type text NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    balance_before bigint NOT NULL CHECK (balance_before >= 0),
    balance_after bigint NOT NULL CHECK (balance_after >= 0),
    allocation_amount bigint NOT NULL,
    purchased_amount bigint NOT NULL,
    reference_type text,
    reference_id text,
    description text,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    CHECK (amount = allocation_amount + purchased_amount),
    CHECK (balance_after = balance_before + amount),
    CONSTRAINT booked_once UNIQUE (transaction_type, reference_type, reference_id)
  );
  CREATE INDEX user_credit_transactions_account ON mcp.user_credit_transactions (user_account_id, id);

  -- The row decides that a month is refilled, and notes how much its allocation has come to so far.
  CREATE TABLE mcp.credit_periods (
    account_id bigint NOT NULL REFERENCES mcp.user_accounts (id),
    period date NOT NULL CHECK (extract(day FROM period) = 1),
    allocated bigint NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT refilled_once UNIQUE (account_id, period)
  );
`;

// An account's state is part of what callers' keys mean, so the key caches hear of it like of a changed user (0001).
const TRIGGERS = `
  CREATE FUNCTION mcp.refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'mcp.user_credit_transactions is append-only; correct it with another row' USING ERRCODE = 'restrict_violation';
  END $$;
  CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mcp.user_credit_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION mcp.refuse_ledger_change();

  CREATE FUNCTION mcp.announce_account_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO mcp.auth_changes (kind, id) VALUES ('user', coalesce(NEW.user_id, OLD.user_id));
    PERFORM pg_notify('auth_changes', 'user:' || coalesce(NEW.user_id, OLD.user_id));
    RETURN NULL;
  END $$;
  CREATE TRIGGER user_accounts_changed AFTER INSERT OR DELETE OR UPDATE OF user_id, is_active ON mcp.user_accounts
    FOR EACH ROW EXECUTE FUNCTION mcp.announce_account_change();
`;
