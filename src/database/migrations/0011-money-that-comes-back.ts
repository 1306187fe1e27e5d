import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Debts and flags of accounts, and what Stripe says of refunds and disputes (docs/adr/0011-payments.md).
 *
 * `credits_debt` is what an account owes: the sum of `debt_amount` in its ledger, where a row may change the debt and no credits.
 * `flags` says why an operator should look at the account: an object of reasons, each under Stripe's id of
 * what it is about; NULL where there are none. No statement here reads or rewrites a whole table, since calls would wait for it.
 */
export class MoneyThatComesBack11 implements MigrationInterface {
  readonly name = 'MoneyThatComesBack1700000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ACCOUNTS);
    await runner.query(BILLING);
    await runner.query(accountsView(', a.credits_debt AS debt, a.flags'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP VIEW mcp.accounts; ${accountsView('')}`);
    await runner.query(`
      DROP TABLE mcp.billing_reversals, mcp.billing_invoice_payments;
      ALTER TABLE mcp.billing_purchases DROP COLUMN refunded_at;
      DELETE FROM mcp.account_changes WHERE kind = 'flag';
      ALTER TABLE mcp.account_changes DROP CONSTRAINT account_changes_kind_check,
        ADD CONSTRAINT account_changes_kind_check CHECK (kind IN ('active', 'tier', 'key'));
      ALTER TABLE mcp.user_credit_transactions DROP CONSTRAINT moves_something,
        ADD CONSTRAINT user_credit_transactions_amount_check CHECK (amount <> 0) NOT VALID, DROP COLUMN debt_amount;
      ALTER TABLE mcp.user_accounts DROP COLUMN credits_debt, DROP COLUMN flags;
    `);
  }
}

const ACCOUNTS = `
  ALTER TABLE mcp.user_accounts ADD COLUMN credits_debt bigint NOT NULL DEFAULT 0 CHECK (credits_debt >= 0), ADD COLUMN flags jsonb;
  CREATE INDEX user_accounts_debt ON mcp.user_accounts (id) WHERE credits_debt > 0;
  -- NOT VALID: no row of before needs to be checked, since all satisfy the stricter rule that this one replaces.
  ALTER TABLE mcp.user_credit_transactions ADD COLUMN debt_amount bigint NOT NULL DEFAULT 0,
    DROP CONSTRAINT user_credit_transactions_amount_check,
    ADD CONSTRAINT moves_something CHECK (amount <> 0 OR debt_amount <> 0) NOT VALID;
  ALTER TABLE mcp.account_changes DROP CONSTRAINT account_changes_kind_check,
    ADD CONSTRAINT account_changes_kind_check CHECK (kind IN ('active', 'tier', 'key', 'flag'));
`;

// Both tables are keyed by the payment (Stripe's payment intent): what Stripe says of one may come before the event that says which
// purchase or invoice it paid.
const BILLING = `
  -- When the event was created that "refunded_amount" is from: Unix seconds.
  ALTER TABLE mcp.billing_purchases ADD COLUMN refunded_at bigint NOT NULL DEFAULT 0;

  -- Disputes and failed refunds, each as the event says that counts (isNews in reversal-rules.ts). "told_at": when that event was
  -- created, Unix seconds.
  CREATE TABLE mcp.billing_reversals (
    payment_intent_id text NOT NULL,
    id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('dispute', 'failed_refund')),
    state text NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    currency text,
    told_at bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (payment_intent_id, id)
  );
  CREATE INDEX billing_reversals_age ON mcp.billing_reversals (created_at);

  -- Which payment an invoice of a subscription was paid with.
  CREATE TABLE mcp.billing_invoice_payments (
    payment_intent_id text PRIMARY KEY,
    invoice_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX billing_invoice_payments_invoice ON mcp.billing_invoice_payments (invoice_id);
  CREATE INDEX billing_invoice_payments_age ON mcp.billing_invoice_payments (created_at);
`;

const accountsView = (more: string) => `
  CREATE OR REPLACE VIEW mcp.accounts AS
    SELECT a.id, a.user_id, a.user_email AS email, a.display_name, coalesce(k.prefix, a.mcp_key_prefix) AS key_prefix,
      a.credits_balance AS balance, a.credits_allocation AS allocation, a.credits_purchased AS purchased,
      a.credits_held AS held, a.credits_tier AS tier, a.credits_monthly_allocation AS monthly_allocation, a.is_active,
      greatest(a.last_connected_at, k.last_used_at) AS last_connected_at, a.total_tool_calls, a.total_credits_used,
      a.stripe_customer_id AS customer_id, a.stripe_subscription_status AS subscription_status, a.created_at, a.updated_at${more}
    FROM mcp.user_accounts a LEFT JOIN LATERAL (
      SELECT (array_agg(prefix ORDER BY is_active DESC, created_at DESC))[1] AS prefix, max(last_used_at) AS last_used_at
      FROM mcp.api_keys WHERE user_id = a.user_id AND starts_with(prefix, 'mcp_')
    ) AS k ON true`;
