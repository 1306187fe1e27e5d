import { Injectable } from '@nestjs/common';
import { Postgres } from '../database/postgres.js';
import type { Transaction } from '../database/sql.js';
import type { ShownSubscription } from '../credits/account-records.service.js';
import type { InvoiceFact } from './stripe/billing-fact.js';
import type { SubscriptionStanding } from './subscription-rules.js';

/** What is known of a subscription of Stripe's. */
export interface Subscription extends SubscriptionStanding {
  id: string;
  accountId: number;
  purchaseId: string;
  customerId: string | null;
  /** As Stripe calls it; null before its first word of it. */
  status: string | null;
  currentPeriodEnd: Date | null;
  /** Of the newest event (`subscriptionVersion`); 0 before the first. */
  version: number;
}

/** All SQL of `mcp.billing_subscriptions` and `mcp.billing_invoices`. What changes one holds its account's lock. */
@Injectable()
export class SubscriptionsRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Reads it, made first where this is the first that is heard of it; and the ledger's time. */
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

  /** False: it was there, so what it pays for has been given. */
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

  /** The tier of another subscription the account is entitled by; of several, the one paid for longest. */
  async findOtherTier(tx: Transaction, { id, accountId }: Subscription): Promise<string | undefined> {
    const [row] = await tx.query<{ tier: string }>(
      `SELECT tier FROM mcp.billing_subscriptions WHERE account_id = $1 AND id <> $2 AND is_entitled
       ORDER BY paid_until DESC LIMIT 1`,
      [accountId, id],
    );
    return row?.tier;
  }

  /** The subscription that counts: the one that goes on, of several the newest. */
  async findShown(tx: Transaction, accountId: number): Promise<ShownSubscription | undefined> {
    const [row] = await tx.query<ShownSubscription>(
      `SELECT id, status, current_period_end AS "currentPeriodEnd", customer_id AS "customerId"
       FROM mcp.billing_subscriptions WHERE account_id = $1 ORDER BY is_over, created_at DESC, id DESC LIMIT 1`,
      [accountId],
    );
    return row;
  }

  /** Subscriptions that are over and whose last paid period has just ended, at most so many. */
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
