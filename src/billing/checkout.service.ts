import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AccountsService } from '../accounts/accounts.service.js';
import { TallygateError } from '../common/tallygate-error.js';
import { AppConfig } from '../config/app-config.js';
import { Tariff } from '../tariff/tariff.js';
import { BillingAccountsRepository } from './billing-accounts.repository.js';
import { checkoutParams, type Offer } from './stripe/checkout-session.js';
import type { CheckoutDto, CheckoutSessionDto } from './checkout.dto.js';
import { CreditPackDto, PurchaseDto, SubscriptionOfferDto, type OffersDto, type PurchaseListDto } from './offers.dto.js';
import type { PageQuery } from '../rest/page.dto.js';
import { PurchasesRepository, type NewPurchase } from './purchases.repository.js';
import { StripeClient, type OpenedCheckout } from './stripe/stripe-client.js';
import { isOver } from './subscription-rules.js';

/**
 * Starts payments. The offer is stored before anyone can pay, so that it is granted as offered even if the settings
 * change.
 */
@Injectable()
export class CheckoutService {
  constructor(
    private readonly stripe: StripeClient,
    private readonly accounts: AccountsService,
    private readonly billed: BillingAccountsRepository,
    private readonly purchases: PurchasesRepository,
    private readonly tariff: Tariff,
    private readonly config: AppConfig,
  ) {}

  /**
   * @throws NOT_FOUND `billing_not_enabled` or `mcp_not_enabled`, INVALID_INPUT for something that is not on offer,
   * CONFLICT for an account that is inactive or already subscribed, UNAVAILABLE when Stripe cannot be reached
   */
  async start(userId: string, choice: CheckoutDto): Promise<CheckoutSessionDto> {
    this.stripe.requireEnabled();
    const account = await this.accounts.require(userId);
    const { id: accountId, email } = account;
    const offer = this.offerOf(choice);
    requireAllowed(account, offer);
    const [purchaseId, customerId] = [randomUUID(), await this.billed.findCustomer(accountId)];
    const { success_url, cancel_url } = this.config.values.billing;
    const order = { purchaseId, accountId, email, customerId, offer, successUrl: success_url!, cancelUrl: cancel_url! };
    const opened = await this.stripe.openCheckout(checkoutParams(order), purchaseId);
    await this.purchases.insert(purchaseOf(purchaseId, accountId, offer, opened));
    return { checkout_url: opened.url, session_id: opened.sessionId };
  }

  /**
   * Opens Stripe's page of the user's payments and subscription.
   * @param returnUrl Where it leads back to.
   * @throws NOT_FOUND `billing_not_enabled` or `mcp_not_enabled`; CONFLICT `no_payments` where Stripe does not know the account;
   * UNAVAILABLE when Stripe cannot be reached
   */
  async manage(userId: string, returnUrl: string): Promise<string> {
    this.stripe.requireEnabled();
    const { id } = await this.accounts.require(userId);
    const customer = await this.billed.findCustomer(id);
    if (customer === undefined) throw noPayments();
    return this.stripe.openPortal(customer, returnUrl);
  }

  /** What the user can buy; nothing while payments are off. */
  async offers(userId: string): Promise<OffersDto> {
    const { billing } = this.config.values;
    if (!billing.enabled) return { enabled: false, can_manage: false, packs: [], subscriptions: [] };
    return {
      enabled: true,
      can_manage: (await this.billed.findCustomerOf(userId)) !== undefined,
      packs: billing.credit_packs.map((pack) => CreditPackDto.of(pack)),
      subscriptions: billing.subscriptions.map((offer) => SubscriptionOfferDto.of(offer, this.tariff.tiers)),
    };
  }

  /** What the user's account has bought, newest first. @throws NOT_FOUND `mcp_not_enabled` */
  async bought(userId: string, { page, page_size }: PageQuery): Promise<PurchaseListDto> {
    const { id } = await this.accounts.require(userId);
    const { purchases, total } = await this.purchases.bought(id, page_size, (page - 1) * page_size);
    return { purchases: purchases.map((one) => PurchaseDto.of(one)), total, page, page_size };
  }

  private offerOf({ pack: id, tier }: CheckoutDto): Offer {
    const { credit_packs: packs, subscriptions } = this.config.values.billing;
    if ((id === undefined) === (tier === undefined)) {
      throw new TallygateError('INVALID_INPUT', 'Give either a pack or a tier.');
    }
    const pack = packs.find((one) => one.id === id);
    if (pack) return { pack };
    const subscription = subscriptions.find((one) => one.tier === tier);
    if (subscription) return { subscription };
    const offered = id === undefined ? subscriptions.map((one) => one.tier) : packs.map((one) => one.id);
    throw new TallygateError('INVALID_INPUT', `Not on offer. Available: ${offered.join(', ') || 'nothing'}.`);
  }
}

function noPayments(): TallygateError {
  const message = 'Stripe has no customer for this account yet: there is one once it has subscribed to a tier.';
  return new TallygateError('CONFLICT', message, { detail: { code: 'no_payments', message } });
}

type Account = Awaited<ReturnType<AccountsService['require']>>;

/** A second subscription would be charged beside the first. */
function requireAllowed({ subscriptionStatus: status }: Account, offer: Offer): void {
  if ('subscription' in offer && status !== null && !isOver(status)) {
    throw new TallygateError('CONFLICT', 'This account has a subscription. Change or end it first.');
  }
}

/** As offered. For a price kept at Stripe, the amount is the one Stripe asks for now. */
function purchaseOf(id: string, accountId: number, offer: Offer, { sessionId, amount, currency }: OpenedCheckout): NewPurchase {
  const common = { id, accountId, sessionId, amount, currency };
  if ('subscription' in offer) {
    const { tier, price_id: priceId } = offer.subscription;
    return { ...common, pack: null, tier, name: tier, credits: null, priceId };
  }
  const { id: pack, name, credits, price_id, unit_amount = amount, currency: inCurrency = currency } = offer.pack;
  return { ...common, pack, tier: null, name, credits, priceId: price_id ?? null, amount: unit_amount, currency: inCurrency };
}
