import { Injectable } from '@nestjs/common';
import { Postgres } from '../database/postgres.js';
import type { Transaction } from '../database/sql.js';
import type { ShownSubscription } from '../credits/account-records.service.js';
import type { InvoiceFact } from './stripe/billing-fact.js';
import type { SubscriptionStanding } from './subscription-rules.js';

/** A stored Stripe subscription. */
export interface Subscription extends SubscriptionStanding {
  id: string;
  accountId: number;
  purchaseId: string;
  customerId: string | null;
  /** Stripe's status; null before its first event. */
  status: string | null;
  currentPeriodEnd: Date | null;
  /** Of the newest event (`subscriptionVersion`); 0 before the first. */
  version: number;
}

/** All SQL of `mcp.billing_subscriptions` and `mcp.billing_invoices`. Writers hold the account's lock. */
@Injectable()
export class SubscriptionsRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Reads the subscription, creating its row on first sight, and the ledger's time. */
  async open(
    tx: Transaction,
    { id, accountId, purchaseId, tier }: Pick<Subscription, 'id' | 'accountId' | 'purchaseId' | 'tier'>,
  ): Promise<{ subscription: Subscription; now: Date; isNew: boolean }> {
    const made = await tx.execute(
      `INSERT INTO mcp.billing_subscriptions (id, account_id, purchase_id, tier) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING`,
      [id, accountId, purchaseId, tier],
    );
    const [row] = await tx.query<Subscription & { now: Date }>(
      `SELECT ${COLUMNS}, mcp.ledger_time() AS now FROM mcp.billing_subscriptions WHERE id = $1`,
      [id],
    );
    const { now, ...subscription } = row!;
    const numbers = { accountId: Number(subscription.accountId), version: Number(subscription.version) };
    return { subscription: { ...subscription, ...numbers }, now, isNew: made > 0 };
  }

  async save(tx: Transaction, of: Subscription): Promise<void> {
    await tx.query(
      `UPDATE mcp.billing_subscriptions SET customer_id = $2, tier = $3, status = $4, is_over = $5, current_period_end = $6,
         version = $7, paid_until = $8, is_entitled = $9 WHERE id = $1`,
      [of.id, of.customerId, of.tier, of.status, of.isOver, of.currentPeriodEnd, of.version, of.paidUntil, of.isEntitled],
    );
  }

  /** Returns false when it was stored before, so that its period has been granted. */
  async addInvoice(
    tx: Transaction,
    { invoiceId, subscriptionId, amountPaid, currency, paidUntil }: InvoiceFact,
  ): Promise<boolean> {
    const added = await tx.execute(
      `INSERT INTO mcp.billing_invoices (id, subscription_id, amount_paid, currency, paid_until) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [invoiceId, subscriptionId, amountPaid, currency, paidUntil],
    );
    return added > 0;
  }

  /** The tier from another subscription of the account; of several, the one paid for longest. */
  async findOtherTier(tx: Transaction, { id, accountId }: Subscription): Promise<string | undefined> {
    const [row] = await tx.query<{ tier: string }>(
      `SELECT tier FROM mcp.billing_subscriptions WHERE account_id = $1 AND id <> $2 AND is_entitled
       ORDER BY paid_until DESC LIMIT 1`,
      [accountId, id],
    );
    return row?.tier;
  }

  /** The subscription to show on the account: the one that goes on, of several the newest. */
  async findShown(tx: Transaction, accountId: number): Promise<ShownSubscription | undefined> {
    const [row] = await tx.query<ShownSubscription>(
      `SELECT id, status, current_period_end AS "currentPeriodEnd", customer_id AS "customerId"
       FROM mcp.billing_subscriptions WHERE account_id = $1 ORDER BY is_over, created_at DESC, id DESC LIMIT 1`,
      [accountId],
    );
    return row;
  }

  /** A subscription of the user that goes on. */
  async findRunning(tx: Transaction, userId: string): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      `SELECT s.id FROM mcp.billing_subscriptions s JOIN mcp.accounts a ON a.id = s.account_id
       WHERE a.user_id = $1 AND NOT s.is_over LIMIT 1`,
      [userId],
    );
    return row?.id;
  }

  /** Subscriptions that are over and whose last paid period has ended, at most `most`. */
  async findEnding(most: number): Promise<string[]> {
    const rows = await this.postgres.query<{ id: string }>(
      `SELECT id FROM mcp.billing_subscriptions WHERE is_entitled AND is_over AND paid_until <= mcp.ledger_time()
       ORDER BY paid_until LIMIT $1`,
      [most],
    );
    return rows.map(({ id }) => id);
  }
}

const COLUMNS = `id, account_id AS "accountId", purchase_id AS "purchaseId", customer_id AS "customerId", tier, status,
  is_over AS "isOver", current_period_end AS "currentPeriodEnd", version, paid_until AS "paidUntil", is_entitled AS "isEntitled"`;
