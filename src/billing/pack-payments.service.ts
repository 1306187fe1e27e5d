import { Injectable } from '@nestjs/common';
import { loggerFor } from '../common/log-contexts.js';
import type { Transaction } from '../database/sql.js';
import { CreditLedger } from '../credits/credit-ledger.service.js';
import { BillingAccountsRepository } from './billing-accounts.repository.js';
import type { BillingOutcome, RefundFact, SessionFact } from './stripe/billing-fact.js';
import { PurchasesRepository, type Purchase } from './purchases.repository.js';

/** Credits for payments, and back for refunds. Each runs in the transaction of the Stripe event that reports it. */
@Injectable()
export class PackPayments {
  private readonly logger = loggerFor('Billing');

  constructor(
    private readonly purchases: PurchasesRepository,
    private readonly accounts: BillingAccountsRepository,
    private readonly ledger: CreditLedger,
  ) {}

  /** Grants the offered pack, once, when exactly its price has been paid. */
  async settle(tx: Transaction, fact: SessionFact): Promise<BillingOutcome> {
    const purchase = await this.purchases.lock(tx, 'session', fact.sessionId);
    if (!isPack(purchase)) return 'unknown';
    if (purchase.paidAt) return 'repeated';
    if (!fact.isPaid) return 'waiting';
    if (fact.amount !== purchase.amount || fact.currency !== purchase.currency) {
      const [offered, came] = [`${purchase.amount} ${purchase.currency}`, `${fact.amount} ${fact.currency}`];
      this.logger.error(`Checkout ${fact.sessionId} was offered for ${offered} but paid with ${came}: no credits were given`);
      return 'mismatch';
    }
    await this.purchases.markPaid(tx, purchase.id, fact.paymentIntentId);
    await this.give(tx, purchase);
    await this.takeBack(tx, purchase, purchase.refundedAmount);
    return 'applied';
  }

  /**
   * Takes back the refunded share of the credits as far as the account still has them: never what calls hold, never
   * the monthly allocation; spent credits are not owed. A refund of a subscription concerns no credits; the tier
   * follows the subscription.
   */
  async refund(tx: Transaction, fact: RefundFact): Promise<BillingOutcome> {
    const purchase = await this.find(tx, fact);
    if (!isPack(purchase)) return 'unknown';
    if (fact.refunded <= purchase.refundedAmount) return 'repeated';
    if (fact.currency !== purchase.currency) {
      this.logger.error(`Checkout ${purchase.sessionId} was paid in ${purchase.currency} but refunded in ${fact.currency}`);
      return 'mismatch';
    }
    await this.purchases.noteRefund(tx, purchase.id, fact.refunded);
    // The event of the payment itself is still to come; it will find this refund recorded.
    if (!purchase.paidAt) return 'waiting';
    await this.takeBack(tx, purchase, fact.refunded);
    return 'applied';
  }

  private async find(tx: Transaction, { purchaseId, paymentIntentId }: RefundFact): Promise<Purchase | undefined> {
    const found = purchaseId ? await this.purchases.lock(tx, 'id', purchaseId) : undefined;
    return found ?? (paymentIntentId ? this.purchases.lock(tx, 'paymentIntent', paymentIntentId) : undefined);
  }

  private async give(tx: Transaction, { accountId, credits, name, sessionId }: PackPurchase): Promise<void> {
    const reference = { type: 'stripe_checkout', id: sessionId };
    await this.ledger.grant({ accountId, amount: credits, reason: `Bought: ${name}`, by: 'stripe', reference }, tx);
  }

  private async takeBack(tx: Transaction, purchase: PackPurchase, refunded: number): Promise<void> {
    const { id, accountId, credits, amount, creditsTakenBack, name, sessionId } = purchase;
    const share = refunded > 0 ? refundShare(credits, { amount, refunded }) - creditsTakenBack : 0;
    const taken = Math.min(share, await this.accounts.takeable(tx, accountId));
    if (taken < share) {
      this.logger.warn(
        `Checkout ${sessionId} was refunded; ${share - taken} of its ${credits} credits are spent or held and were not taken back`,
      );
    }
    if (taken <= 0) return;
    const reference = { type: 'stripe_refund', id: `${sessionId}/${refunded}` };
    await this.ledger.grant({ accountId, amount: -taken, reason: `Refunded: ${name}`, by: 'stripe', reference }, tx);
    await this.purchases.noteTakenBack(tx, id, taken);
  }
}

type PackPurchase = Purchase & { pack: string; credits: number };

const isPack = (purchase: Purchase | undefined): purchase is PackPurchase => purchase?.pack != null && purchase.credits !== null;

/**
 * The credits to take back for a refund: the refunded share of the price, rounded in the buyer's favour.
 * Computed with bigints, since credits times cents exceed what a number holds exactly.
 */
export function refundShare(credits: number, { amount, refunded }: { amount: number; refunded: number }): number {
  if (refunded >= amount) return credits;
  return Number((BigInt(credits) * BigInt(refunded)) / BigInt(amount));
}
