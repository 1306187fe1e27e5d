import { Injectable } from '@nestjs/common';
import { LOCK_OF_ONE } from '../../database/advisory-lock.js';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import type { Reversal } from './reversal-rules.js';

/**
 * All SQL of `mcp.billing_reversals` and `mcp.billing_invoice_payments`. Stripe may tell of either before the event that says what
 * the payment was for, so transactions lock the payment, then its invoice, and then an account, always in this order.
 */
@Injectable()
export class ReversalsRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Until this transaction ends, no other one goes on about this payment, or about the invoice it paid. */
  async lockPayment(tx: Transaction, paymentIntentId: string): Promise<void> {
    await this.lock(tx, paymentIntentId);
    const [link] = await tx.query<{ id: string }>(
      'SELECT invoice_id AS id FROM mcp.billing_invoice_payments WHERE payment_intent_id = $1',
      [paymentIntentId],
    );
    if (link) await this.lock(tx, link.id);
  }

  /** Notes which payments an invoice was paid with, and locks them and it. Returns how many were not known. */
  async linkInvoice(tx: Transaction, invoiceId: string, paymentIntentIds: string[]): Promise<number> {
    for (const id of [...paymentIntentIds].sort()) await this.lock(tx, id);
    await this.lock(tx, invoiceId);
    return tx.execute(
      `INSERT INTO mcp.billing_invoice_payments (payment_intent_id, invoice_id) SELECT id, $1 FROM unnest($2::text[]) AS id
       ON CONFLICT DO NOTHING`,
      [invoiceId, paymentIntentIds],
    );
  }

  /** What is known of one dispute or failed refund. */
  async find(tx: Transaction, paymentIntentId: string, id: string): Promise<Reversal | undefined> {
    const all = await this.findOfPayment(tx, paymentIntentId);
    return all.find((one) => one.id === id);
  }

  findOfPayment(tx: Transaction, paymentIntentId: string): Promise<Reversal[]> {
    return read(tx, 'payment_intent_id = $1', paymentIntentId);
  }

  findOfInvoice(tx: Transaction, invoiceId: string): Promise<Reversal[]> {
    const condition =
      'payment_intent_id IN (SELECT l.payment_intent_id FROM mcp.billing_invoice_payments l WHERE l.invoice_id = $1)';
    return read(tx, condition, invoiceId);
  }

  /** Keeps what counts now of one dispute or failed refund. */
  async save(tx: Transaction, paymentIntentId: string, of: Reversal): Promise<void> {
    await tx.query(
      `INSERT INTO mcp.billing_reversals (payment_intent_id, id, kind, state, amount, currency, told_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (payment_intent_id, id) DO UPDATE SET state = $4, amount = $5, currency = $6, told_at = $7`,
      [paymentIntentId, of.id, of.kind, of.state, of.amount, of.currency, of.toldAt],
    );
  }

  /** Deletes old rows about payments that bought nothing here: Stripe's account may be used for other things. Returns how many. */
  async deleteUnrelated(olderThanDays: number, most: number): Promise<number> {
    let count = 0;
    for (const [table, isOurs] of Object.entries(IS_OURS)) {
      count += await this.postgres.execute(
        `DELETE FROM mcp.${table} WHERE ctid = ANY (ARRAY(
           SELECT t.ctid FROM mcp.${table} t
           WHERE t.created_at < mcp.ledger_time() - make_interval(days => $1) AND NOT (${isOurs})
           ORDER BY t.created_at LIMIT $2 FOR UPDATE SKIP LOCKED
         ))`,
        [olderThanDays, most],
      );
    }
    return count;
  }

  private async lock(tx: Transaction, id: string): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK_OF_ONE.payment, id]);
  }
}

/** Reversals first: whether one is ours may hang on the link. */
const IS_OURS = {
  billing_reversals: `
    EXISTS (SELECT 1 FROM mcp.billing_purchases p WHERE p.payment_intent_id = t.payment_intent_id)
    OR EXISTS (SELECT 1 FROM mcp.billing_invoice_payments l JOIN mcp.billing_invoices i ON i.id = l.invoice_id
               WHERE l.payment_intent_id = t.payment_intent_id)`,
  billing_invoice_payments: 'EXISTS (SELECT 1 FROM mcp.billing_invoices i WHERE i.id = t.invoice_id)',
};

async function read(tx: Transaction, condition: string, value: string): Promise<Reversal[]> {
  const rows = await tx.query<Reversal & Record<'amount' | 'toldAt', unknown>>(
    `SELECT id, kind, state, amount, currency, told_at AS "toldAt" FROM mcp.billing_reversals WHERE ${condition} ORDER BY id`,
    [value],
  );
  return rows.map((row) => ({ ...row, amount: Number(row.amount), toldAt: Number(row.toldAt) }));
}
