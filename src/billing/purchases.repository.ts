import { Injectable } from '@nestjs/common';
import { AccountRecords } from '../credits/account-records.service.js';
import { Postgres } from '../database/postgres.js';
import type { Transaction } from '../database/sql.js';

/** What a user set out to buy, as it was offered then. Either a pack or a tier. */
export interface NewPurchase {
  id: string;
  accountId: number;
  /** Stripe's id of the checkout session. */
  sessionId: string;
  pack: string | null;
  tier: string | null;
  name: string;
  /** Of a pack; null for a tier. */
  credits: number | null;
  priceId: string | null;
  /** In the currency's smallest unit. */
  amount: number;
  currency: string;
}

export interface Purchase extends NewPurchase {
  paidAt: Date | null;
  /** Stripe's payment of a pack. */
  paymentIntentId: string | null;
  /** The newest total told by a charge; 0 before. */
  refundedAmount: number;
  /** Unix seconds of the event that told it. */
  refundedAt: number;
  /** Credits taken back, or owed, since money went back. */
  creditsTakenBack: number;
}

/** A purchase as its buyer sees it. */
export type BoughtPurchase = Pick<
  Purchase,
  'id' | 'name' | 'pack' | 'tier' | 'credits' | 'amount' | 'currency' | 'refundedAmount' | 'creditsTakenBack'
> & { boughtAt: Date };

export type PackPurchase = Purchase & { pack: string; credits: number };

export const isPack = (purchase: Purchase | undefined): purchase is PackPurchase =>
  purchase?.pack != null && purchase.credits !== null;

/** The field by which an event names a purchase. */
export type PurchaseKey = keyof typeof CONDITION;

const CONDITION = {
  id: 'p.id = $1',
  session: 'p.session_id = $1',
  paymentIntent: `p.payment_intent_id = $1 OR p.id = (
    SELECT s.purchase_id FROM mcp.billing_invoice_payments l JOIN mcp.billing_invoices i ON i.id = l.invoice_id
    JOIN mcp.billing_subscriptions s ON s.id = i.subscription_id WHERE l.payment_intent_id = $1)`,
  invoice: `p.id = (
    SELECT s.purchase_id FROM mcp.billing_invoices i JOIN mcp.billing_subscriptions s ON s.id = i.subscription_id WHERE i.id = $1)`,
  subscription: 'p.id = (SELECT s.purchase_id FROM mcp.billing_subscriptions s WHERE s.id = $1)',
} as const;

/** All SQL of `mcp.billing_purchases`. */
@Injectable()
export class PurchasesRepository {
  constructor(
    private readonly postgres: Postgres,
    private readonly accounts: AccountRecords,
  ) {}

  async insert(purchase: NewPurchase): Promise<void> {
    const { id, accountId, sessionId, pack, tier, name, credits, priceId, amount, currency } = purchase;
    await this.postgres.query(
      `INSERT INTO mcp.billing_purchases (id, account_id, session_id, pack, tier, name, credits, price_id, amount, currency)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [id, accountId, sessionId, pack, tier, name, credits, priceId, amount, currency],
    );
  }

  /**
   * Locks the purchase's account, then reads the purchase: transactions about one account run one at a time, and each
   * sees the one before it. Returns undefined when there is no such purchase.
   */
  async lock(tx: Transaction, key: PurchaseKey, value: string): Promise<Purchase | undefined> {
    const [found] = await tx.query<{ id: string; account: string }>(
      `SELECT p.id, p.account_id AS account FROM mcp.billing_purchases p WHERE ${CONDITION[key]}`,
      [value],
    );
    if (!found) return undefined;
    await this.accounts.lock(tx, Number(found.account));
    return this.read(tx, found.id);
  }

  /** A page of what an account has bought, newest first: packs that are paid, and tiers that were subscribed to. */
  async bought(accountId: number, limit: number, offset: number): Promise<{ purchases: BoughtPurchase[]; total: number }> {
    const rows = await this.postgres.query<Omit<BoughtPurchase, Numeric> & Record<Numeric, string | null>>(
      `SELECT id, name, pack, tier, credits, amount, currency, coalesce(paid_at, created_at) AS "boughtAt",
              refunded_amount AS "refundedAmount", credits_taken_back AS "creditsTakenBack"
       FROM mcp.billing_purchases p WHERE ${BOUGHT} ORDER BY "boughtAt" DESC, id LIMIT $2 OFFSET $3`,
      [accountId, limit, offset],
    );
    const [counted] = await this.postgres.query<{ total: number }>(
      `SELECT count(*)::int AS total FROM mcp.billing_purchases p WHERE ${BOUGHT}`,
      [accountId],
    );
    return { purchases: rows.map((row) => withNumbers<BoughtPurchase>(row)), total: counted!.total };
  }

  /** Records its payment. */
  async markPaid(tx: Transaction, id: string, paymentIntentId: string | null): Promise<void> {
    await tx.query('UPDATE mcp.billing_purchases SET paid_at = mcp.ledger_time(), payment_intent_id = $2 WHERE id = $1', [
      id,
      paymentIntentId,
    ]);
  }

  async noteRefund(tx: Transaction, id: string, refundedAmount: number, refundedAt: number): Promise<void> {
    await tx.query('UPDATE mcp.billing_purchases SET refunded_amount = $2, refunded_at = $3 WHERE id = $1', [
      id,
      refundedAmount,
      refundedAt,
    ]);
  }

  /** Negative: given back again. */
  async noteTakenBack(tx: Transaction, id: string, credits: number): Promise<void> {
    await tx.query('UPDATE mcp.billing_purchases SET credits_taken_back = credits_taken_back + $2 WHERE id = $1', [id, credits]);
  }

  /** Deletes purchases that nobody paid, except those that led to a subscription. Returns how many. */
  async deleteUnpaid(olderThanDays: number, most: number): Promise<number> {
    const count = await this.postgres.execute(
      `DELETE FROM mcp.billing_purchases WHERE id IN (
         SELECT p.id FROM mcp.billing_purchases p
         WHERE p.paid_at IS NULL AND p.created_at < mcp.ledger_time() - make_interval(days => $1)
           AND NOT EXISTS (SELECT 1 FROM mcp.billing_subscriptions s WHERE s.purchase_id = p.id)
         ORDER BY p.created_at LIMIT $2 FOR UPDATE SKIP LOCKED
       )`,
      [olderThanDays, most],
    );
    return count;
  }

  private async read(tx: Transaction, id: string): Promise<Purchase> {
    const [row] = await tx.query<Omit<Purchase, Numeric> & Record<Numeric, string | null>>(
      `SELECT id, account_id AS "accountId", session_id AS "sessionId", pack, tier, name, credits, price_id AS "priceId",
              amount, currency, paid_at AS "paidAt", payment_intent_id AS "paymentIntentId", refunded_amount AS "refundedAmount",
              refunded_at AS "refundedAt", credits_taken_back AS "creditsTakenBack"
       FROM mcp.billing_purchases WHERE id = $1`,
      [id],
    );
    return withNumbers<Purchase>(row!);
  }
}

const BOUGHT = `p.account_id = $1 AND (p.paid_at IS NOT NULL
  OR EXISTS (SELECT 1 FROM mcp.billing_subscriptions s WHERE s.purchase_id = p.id))`;

const NUMERIC = ['accountId', 'credits', 'amount', 'refundedAmount', 'refundedAt', 'creditsTakenBack'] as const;
/** PostgreSQL's bigint comes as text; the amounts here are far below what a number can hold exactly. */
type Numeric = (typeof NUMERIC)[number];

function withNumbers<Row>(row: object): Row {
  const numbers = Object.entries(row).filter(([name, value]) => value !== null && NUMERIC.some((one) => one === name));
  return { ...row, ...Object.fromEntries(numbers.map(([name, value]) => [name, Number(value)])) } as Row;
}
