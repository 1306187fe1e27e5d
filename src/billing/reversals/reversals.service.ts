import { Injectable } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { AccountRecords } from '../../credits/account-records.service.js';
import { CreditLedger } from '../../credits/credit-ledger.service.js';
import type { Transaction } from '../../database/sql.js';
import { isPack, PurchasesRepository, type PackPurchase, type Purchase } from '../purchases.repository.js';
import type { BillingOutcome, InvoicePaymentFact, RefundFact, ReversalFact } from '../stripe/billing-fact.js';
import { creditsToTakeBack, isNews, isTroubling, type Reversal } from './reversal-rules.js';
import { ReversalsRepository } from './reversals.repository.js';

/**
 * Money that goes back to the buyer, and perhaps comes again: refunds, disputes, and refunds that failed. What has been told is
 * kept; how many credits it takes back in all follows from that alone, and the difference to what has been taken is
 * booked. So it does not matter how often or in what order events come. Each runs in the transaction of its event.
 */
@Injectable()
export class Reversals {
  private readonly logger = loggerFor('Billing');

  constructor(
    private readonly purchases: PurchasesRepository,
    private readonly reversals: ReversalsRepository,
    private readonly records: AccountRecords,
    private readonly ledger: CreditLedger,
  ) {}

  /** A charge told how much of it is refunded. A refund of a subscription concerns no credits; the tier follows the subscription. */
  async refund(tx: Transaction, fact: RefundFact, eventId: string): Promise<BillingOutcome> {
    const purchase = await this.findRefunded(tx, fact);
    if (!isPack(purchase)) return 'unknown';
    if (fact.currency !== purchase.currency) return this.differs(tx, purchase, purchase.sessionId, fact.currency);
    const { refunded: refundedAmount, toldAt: refundedAt } = fact;
    const isNewer =
      refundedAt > purchase.refundedAt || (refundedAt === purchase.refundedAt && refundedAmount > purchase.refundedAmount);
    if (!isNewer) return 'repeated';
    await this.purchases.noteRefund(tx, purchase.id, refundedAmount, refundedAt);
    // The event of the payment itself is still to come; it will find this refund recorded.
    if (!purchase.paidAt) return 'waiting';
    const isMoved = await this.settle(tx, { ...purchase, refundedAmount, refundedAt }, eventId);
    return isMoved ? 'applied' : 'repeated';
  }

  /** A dispute, or a refund that failed. Kept also for a payment nobody knows: its own event may still be to come. */
  async reverse(tx: Transaction, { paymentIntentId, reversal }: ReversalFact, eventId: string): Promise<BillingOutcome> {
    await this.reversals.lockPayment(tx, paymentIntentId);
    const known = await this.reversals.find(tx, paymentIntentId, reversal.id);
    if (!isNews(reversal, known)) return known?.state === reversal.state ? 'repeated' : 'outdated';
    const purchase = await this.purchases.lock(tx, 'paymentIntent', paymentIntentId);
    if (purchase && (reversal.currency ?? purchase.currency) !== purchase.currency) {
      return this.differs(tx, purchase, reversal.id, reversal.currency);
    }
    await this.reversals.save(tx, paymentIntentId, reversal);
    if (!purchase) return 'unknown';
    if (known?.state !== reversal.state) await this.mark(tx, purchase, reversal);
    if (isPack(purchase)) await this.settle(tx, purchase, eventId);
    return 'applied';
  }

  /** An invoice of a subscription was paid with this payment; a dispute of it may have been told before. */
  async linkInvoice(tx: Transaction, { invoiceId, paymentIntentIds }: InvoicePaymentFact): Promise<BillingOutcome> {
    if ((await this.reversals.linkInvoice(tx, invoiceId, paymentIntentIds)) === 0) return 'repeated';
    const purchase = await this.purchases.lock(tx, 'invoice', invoiceId);
    if (!purchase) return 'waiting';
    await this.afterInvoice(tx, purchase, invoiceId);
    return 'applied';
  }

  /** To be called before an invoice is noted with its subscription: events about its payments wait for this transaction. */
  async beforeInvoice(tx: Transaction, { invoiceId, paymentIntentIds }: Omit<InvoicePaymentFact, 'kind'>): Promise<void> {
    await this.reversals.linkInvoice(tx, invoiceId, paymentIntentIds);
  }

  /** A period was paid; the disputes told of its payment before are marked now. They move no credits. */
  async afterInvoice(tx: Transaction, purchase: Purchase, invoiceId: string): Promise<void> {
    await this.markAll(tx, purchase, await this.reversals.findOfInvoice(tx, invoiceId));
  }

  /** To be called before a payment is noted with its purchase: events about it wait for this transaction. */
  async beforePayment(tx: Transaction, paymentIntentId: string | null): Promise<void> {
    if (paymentIntentId) await this.reversals.lockPayment(tx, paymentIntentId);
  }

  /** A pack was paid; what was told of its payment before counts now. */
  async afterPayment(tx: Transaction, purchase: PackPurchase, eventId: string): Promise<void> {
    const { paymentIntentId } = purchase;
    if (paymentIntentId) await this.markAll(tx, purchase, await this.reversals.findOfPayment(tx, paymentIntentId));
    await this.settle(tx, purchase, eventId);
  }

  /** Books the difference between the credits that must be taken back and those that were. Returns false for none. */
  private async settle(tx: Transaction, purchase: PackPurchase, eventId: string): Promise<boolean> {
    const { id, accountId, credits, creditsTakenBack, name, paymentIntentId } = purchase;
    const known = paymentIntentId ? await this.reversals.findOfPayment(tx, paymentIntentId) : [];
    const amount = creditsToTakeBack(credits, purchase, known) - creditsTakenBack;
    if (amount === 0) return false;
    const booking = { accountId, by: 'stripe', reference: { type: 'stripe_event', id: eventId } };
    if (amount > 0) {
      const { owed } = await this.ledger.take({ ...booking, amount, reason: `Refunded or disputed: ${name}` }, tx);
      if (owed > 0) this.logger.warn(`Checkout ${purchase.sessionId}: the money went back, and ${owed} of its credits are owed`);
    } else {
      await this.ledger.grant({ ...booking, amount: -amount, reason: `Given back: ${name}` }, tx);
    }
    await this.purchases.noteTakenBack(tx, id, amount);
    return true;
  }

  private async findRefunded(tx: Transaction, { purchaseId, paymentIntentId }: RefundFact): Promise<Purchase | undefined> {
    const found = purchaseId ? await this.purchases.lock(tx, 'id', purchaseId) : undefined;
    return found ?? (paymentIntentId ? this.purchases.lock(tx, 'paymentIntent', paymentIntentId) : undefined);
  }

  private async differs(tx: Transaction, purchase: Purchase, subject: string, currency: string | null): Promise<BillingOutcome> {
    const words = `${subject}: paid in ${purchase.currency}, but refunded or disputed in ${currency}; no credits were moved`;
    this.logger.error(words);
    await this.records.flag(tx, purchase.accountId, subject, words);
    return 'mismatch';
  }

  private async markAll(tx: Transaction, purchase: Purchase, reversals: Reversal[]): Promise<void> {
    for (const reversal of reversals) await this.mark(tx, purchase, reversal);
  }

  /** Only changes are marked, so that what an operator has seen to does not come again with a repetition. */
  private async mark(tx: Transaction, { accountId, name, pack, currency }: Purchase, reversal: Reversal): Promise<void> {
    const { id, kind, state, amount } = reversal;
    if (!isTroubling(reversal)) return this.records.unflag(tx, accountId, id);
    const what = `${kind === 'dispute' ? 'Dispute' : 'Refund'} ${id} (${state})`;
    const words = `${what}: ${amount} ${reversal.currency ?? currency} for ${pack === null ? `the subscription to ${name}` : name}`;
    await this.records.flag(tx, accountId, id, words);
  }
}
