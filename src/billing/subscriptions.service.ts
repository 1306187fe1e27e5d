import { Injectable } from '@nestjs/common';
import { loggerFor } from '../common/log-contexts.js';
import type { Transaction } from '../database/sql.js';
import { AccountsService } from '../accounts/accounts.service.js';
import type { Leaver } from '../auth/users/user-deletion.service.js';
import { STRIPE } from '../auth/audit/audit-entry.js';
import { TallygateError } from '../common/tallygate-error.js';
import { AppConfig } from '../config/app-config.js';
import { AccountRecords } from '../credits/account-records.service.js';
import { BillingAccountsRepository } from './billing-accounts.repository.js';
import type { BillingOutcome, InvoiceFact, SessionFact, SubscriptionFact } from './stripe/billing-fact.js';
import { PurchasesRepository, type Purchase } from './purchases.repository.js';
import { Reversals } from './reversals/reversals.service.js';
import { isEntitledAt, isOver, tierToGive } from './subscription-rules.js';
import { SubscriptionsRepository, type Subscription } from './subscriptions.repository.js';

/**
 * Tiers by subscription: invoices say until when one is paid, its own events say its state, and the result does not
 * depend on their order. Each runs in the transaction of the event that reports it.
 */
@Injectable()
export class Subscriptions {
  private readonly logger = loggerFor('Billing');

  constructor(
    private readonly purchases: PurchasesRepository,
    private readonly subscriptions: SubscriptionsRepository,
    private readonly billed: BillingAccountsRepository,
    private readonly accounts: AccountsService,
    private readonly records: AccountRecords,
    private readonly reversals: Reversals,
    private readonly config: AppConfig,
  ) {}

  /** A tier's checkout was completed. The tier itself comes with the invoice. */
  async begin(tx: Transaction, fact: SessionFact): Promise<BillingOutcome> {
    const purchase = await this.purchases.lock(tx, 'session', fact.sessionId);
    if (!isTier(purchase) || !fact.subscriptionId) return 'unknown';
    if (purchase.paidAt) return 'repeated';
    if (!fact.isPaid) return 'waiting';
    await this.purchases.markPaid(tx, purchase.id, null);
    const { subscription, now } = await this.open(tx, purchase, fact.subscriptionId);
    await this.change(tx, subscription, { customerId: subscription.customerId ?? fact.customerId }, now);
    return 'applied';
  }

  /** A period was paid: it entitles to the tier until its end. */
  async pay(tx: Transaction, fact: InvoiceFact): Promise<BillingOutcome> {
    await this.reversals.beforeInvoice(tx, fact);
    const purchase = await this.find(tx, fact);
    if (!isTier(purchase)) return 'unknown';
    const { subscription, now } = await this.open(tx, purchase, fact.subscriptionId);
    if (!(await this.subscriptions.addInvoice(tx, fact))) return 'repeated';
    await this.reversals.afterInvoice(tx, purchase, fact.invoiceId);
    const { paidUntil, customerId } = subscription;
    const isLonger = !paidUntil || fact.paidUntil > paidUntil;
    const told = { paidUntil: isLonger ? fact.paidUntil : paidUntil, customerId: customerId ?? fact.customerId };
    await this.change(tx, subscription, told, now);
    return 'applied';
  }

  /** Takes over the subscription's state, unless a newer one is known. */
  async update(tx: Transaction, fact: SubscriptionFact): Promise<BillingOutcome> {
    const purchase = await this.find(tx, fact);
    if (!isTier(purchase)) return 'unknown';
    const { subscription, now } = await this.open(tx, purchase, fact.subscriptionId);
    if (!isNewer(fact, subscription)) return 'outdated';
    const { status, currentPeriodEnd, version, customerId } = fact;
    const tier = (await this.tierOrFlag(tx, fact, purchase)) ?? subscription.tier;
    await this.change(tx, subscription, { status, isOver: isOver(status), currentPeriodEnd, version, customerId, tier }, now);
    return 'applied';
  }

  /** Takes the tier away where the subscription is over and its last paid period has ended. */
  async end(tx: Transaction, subscriptionId: string): Promise<void> {
    const purchase = await this.purchases.lock(tx, 'subscription', subscriptionId);
    if (!isTier(purchase)) return;
    const { subscription, now } = await this.open(tx, purchase, subscriptionId);
    await this.change(tx, subscription, {}, now);
  }

  /** Finds the account by the stored subscription, or else by the metadata that its checkout wrote. */
  /** For who is being deleted. @throws CONFLICT while Stripe goes on charging them */
  async demandNone(tx: Transaction, { id }: Leaver): Promise<void> {
    const subscription = await this.subscriptions.findRunning(tx, id);
    if (subscription === undefined) return;
    throw new TallygateError(
      'CONFLICT',
      `Stripe charges this user for the subscription ${subscription}. Cancel it at Stripe first.`,
    );
  }

  private async find(
    tx: Transaction,
    { subscriptionId, purchaseId }: InvoiceFact | SubscriptionFact,
  ): Promise<Purchase | undefined> {
    const known = await this.purchases.lock(tx, 'subscription', subscriptionId);
    return known ?? (purchaseId ? this.purchases.lock(tx, 'id', purchaseId) : undefined);
  }

  private open(tx: Transaction, { accountId, id: purchaseId, tier }: TierPurchase, id: string) {
    return this.subscriptions.open(tx, { id, accountId, purchaseId, tier });
  }

  private async change(tx: Transaction, before: Subscription, told: Partial<Subscription>, now: Date): Promise<void> {
    const after = { ...before, ...told };
    after.isEntitled = isEntitledAt(now, after);
    await this.subscriptions.save(tx, after);
    await this.giveTier(tx, before, after);
    const shown = await this.subscriptions.findShown(tx, before.accountId);
    if (shown) await this.records.showSubscription(tx, before.accountId, shown);
  }

  private async giveTier(tx: Transaction, before: Subscription, after: Subscription): Promise<void> {
    const { accountId } = after;
    const { tiers, credits } = this.config.values;
    const current = await this.billed.currentTier(tx, accountId);
    const otherwise = (await this.subscriptions.findOtherTier(tx, after)) ?? credits.default_tier;
    const tier = tierToGive(before, after, { current, otherwise });
    if (tier === undefined) return;
    if (!Object.hasOwn(tiers, tier)) throw notConfigured(after.id, tier);
    await this.accounts.changeTier({ accountId, before: current, tier, by: 'stripe' }, STRIPE, tx);
  }

  /**
   * The tier of the subscription's price: as offered at the checkout, or else as offered now. A price of no tier gives none and
   * flags the account for the operator; the next price that has one takes that flag off.
   */
  private async tierOrFlag(
    tx: Transaction,
    { subscriptionId, priceId }: SubscriptionFact,
    { accountId, ...purchase }: TierPurchase,
  ): Promise<string | undefined> {
    const offer = this.config.values.billing.subscriptions.find(({ price_id }) => price_id === priceId);
    const tier = priceId === purchase.priceId ? purchase.tier : offer?.tier;
    if (tier !== undefined) {
      await this.records.unflag(tx, accountId, subscriptionId);
      return tier;
    }
    const words = `Subscription ${subscriptionId} has price ${priceId}, which belongs to no tier; the account's tier is unchanged`;
    this.logger.warn(words);
    await this.records.flag(tx, accountId, subscriptionId, words);
    return undefined;
  }
}

type TierPurchase = Purchase & { tier: string };

const isTier = (purchase: Purchase | undefined): purchase is TierPurchase => purchase?.tier != null;

/** Of one version, the later period is newer; otherwise the event that came last counts. */
function isNewer(fact: SubscriptionFact, known: Subscription): boolean {
  if (fact.version !== known.version) return fact.version > known.version;
  return (fact.currentPeriodEnd?.getTime() ?? 0) >= (known.currentPeriodEnd?.getTime() ?? 0);
}

/** Stripe delivers the event again, so nothing is lost once the operator puts the tier back. */
const notConfigured = (id: string, tier: string) =>
  new TallygateError('INTERNAL_ERROR', 'A tier that is paid for is not configured.', {
    cause: new Error(`Subscription ${id} is of tier "${tier}", which is not one of the configured tiers`),
  });
