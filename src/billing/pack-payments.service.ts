import { Injectable } from '@nestjs/common';
import { loggerFor } from '../common/log-contexts.js';
import { AccountRecords } from '../credits/account-records.service.js';
import { CreditLedger } from '../credits/credit-ledger.service.js';
import type { Transaction } from '../database/sql.js';
import { isPack, PurchasesRepository, type PackPurchase } from './purchases.repository.js';
import { Reversals } from './reversals/reversals.service.js';
import type { BillingOutcome, SessionFact } from './stripe/billing-fact.js';

/** Credits for payments. Each runs in the transaction of the Stripe event that reports it. */
@Injectable()
export class PackPayments {
  private readonly logger = loggerFor('Billing');

  constructor(
    private readonly purchases: PurchasesRepository,
    private readonly reversals: Reversals,
    private readonly records: AccountRecords,
    private readonly ledger: CreditLedger,
  ) {}

  /** Grants the offered pack, once, when exactly its price has been paid. */
  async settle(tx: Transaction, fact: SessionFact, eventId: string): Promise<BillingOutcome> {
    await this.reversals.beforePayment(tx, fact.paymentIntentId);
    const purchase = await this.purchases.lock(tx, 'session', fact.sessionId);
    if (!isPack(purchase)) return 'unknown';
    if (purchase.paidAt) return 'repeated';
    if (!fact.isPaid) return 'waiting';
    if (fact.amount !== purchase.amount || fact.currency !== purchase.currency) return this.differs(tx, purchase, fact);
    const { paymentIntentId } = fact;
    await this.purchases.markPaid(tx, purchase.id, paymentIntentId);
    await this.give(tx, purchase);
    await this.reversals.afterPayment(tx, { ...purchase, paymentIntentId }, eventId);
    return 'applied';
  }

  private async give(tx: Transaction, { accountId, credits, name, sessionId }: PackPurchase): Promise<void> {
    const reference = { type: 'stripe_checkout', id: sessionId };
    await this.ledger.grant({ accountId, amount: credits, reason: `Bought: ${name}`, by: 'stripe', reference }, tx);
  }

  /** Somebody paid and has nothing for it, so an operator must hear of it. */
  private async differs(
    tx: Transaction,
    purchase: PackPurchase,
    { sessionId, amount, currency }: SessionFact,
  ): Promise<BillingOutcome> {
    const [offered, came] = [`${purchase.amount} ${purchase.currency}`, `${amount} ${currency}`];
    const words = `Checkout ${sessionId} was offered for ${offered} but paid with ${came}: no credits were given`;
    this.logger.error(words);
    await this.records.flag(tx, purchase.accountId, sessionId, words);
    return 'mismatch';
  }
}
