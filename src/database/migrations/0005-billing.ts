import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Payments (docs/adr/0011-payments.md). What is kept of Stripe is what decides here; the rest can be looked up there.
 * As in 0003, the account's row is the one lock of everything that belongs to it.
 */
export class Billing5 implements MigrationInterface {
  readonly name = 'Billing1700000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mcp.billing_events, mcp.billing_invoices, mcp.billing_subscriptions, mcp.billing_purchases');
  }
}

const TABLES = `
  -- What somebody set out to buy, as it was offered then: no later setting changes it. Amounts are in the currency's
  -- smallest unit. "refunded_amount" may come before "paid_at", since events come in any order.
  CREATE TABLE mcp.billing_purchases (
    id uuid PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES mcp.user_accounts (id),
    session_id text NOT NULL UNIQUE,
    pack text,
    tier text,
    name text NOT NULL,
    credits bigint CHECK (credits > 0),
    price_id text,
    amount bigint NOT NULL CHECK (amount >= 0),
    currency text NOT NULL,
    payment_intent_id text UNIQUE,
    paid_at timestamptz,
    refunded_amount bigint NOT NULL DEFAULT 0 CHECK (refunded_amount >= 0),
    credits_taken_back bigint NOT NULL DEFAULT 0 CHECK (credits_taken_back BETWEEN 0 AND coalesce(credits, 0)),
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((pack IS NULL) <> (tier IS NULL)),
    CHECK ((pack IS NULL) = (credits IS NULL))
  );
  CREATE INDEX billing_purchases_account ON mcp.billing_purchases (account_id);
  CREATE INDEX billing_purchases_unpaid ON mcp.billing_purchases (created_at) WHERE paid_at IS NULL;

  -- "version" orders what Stripe tells of one subscription. "paid_until" comes from invoices alone. "is_entitled" says that
  -- the account has its tier from here.
  CREATE TABLE mcp.billing_subscriptions (
    id text PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES mcp.user_accounts (id),
    purchase_id uuid NOT NULL REFERENCES mcp.billing_purchases (id),
    customer_id text,
    tier text NOT NULL,
    status text,
    is_over boolean NOT NULL DEFAULT false,
    current_period_end timestamptz,
    version bigint NOT NULL DEFAULT 0,
    paid_until timestamptz,
    is_entitled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX billing_subscriptions_account ON mcp.billing_subscriptions (account_id);
  CREATE INDEX billing_subscriptions_ending ON mcp.billing_subscriptions (paid_until) WHERE is_entitled AND is_over;

  CREATE TABLE mcp.billing_invoices (
    id text PRIMARY KEY,
    subscription_id text NOT NULL REFERENCES mcp.billing_subscriptions (id),
    amount_paid bigint NOT NULL,
    currency text NOT NULL,
    paid_until timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX billing_invoices_subscription ON mcp.billing_invoices (subscription_id);

  -- The inbox. A row is committed with what its event came to, or not at all.
  CREATE TABLE mcp.billing_events (
    id text PRIMARY KEY,
    type text NOT NULL,
    object_id text NOT NULL,
    payload_hash bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    processed_at timestamptz,
    outcome text
  );
  CREATE INDEX billing_events_age ON mcp.billing_events (received_at);
`;
