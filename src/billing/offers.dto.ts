import type { Tiers } from '../tariff/tariff.js';
import type { CreditPack, SubscriptionOffer } from '../config/billing-config.js';
import type { BoughtPurchase } from './purchases.repository.js';

/** A pack of credits on offer. */
export class CreditPackDto {
  /** `pack` of `POST /api/mcp/billing/checkout`. */
  id!: string;
  name!: string;
  credits!: number;
  /** In the currency's smallest unit: 500 is 5.00 USD; null where the price is kept at Stripe, whose page shows it. */
  amount!: number | null;
  /** ISO 4217, lower case; null with the amount. */
  currency!: string | null;

  static of({ id, name, credits, unit_amount: amount, currency }: CreditPack): CreditPackDto {
    return { id, name, credits, amount: amount ?? null, currency: currency ?? null };
  }
}

/** A tier on offer by subscription. Its price is kept at Stripe, whose page shows it. */
export class SubscriptionOfferDto {
  /** `tier` of `POST /api/mcp/billing/checkout`. */
  tier!: string;
  /** Credits a month. */
  monthly_credits!: number;

  static of({ tier }: SubscriptionOffer, tiers: Tiers): SubscriptionOfferDto {
    return { tier, monthly_credits: tiers[tier] ?? 0 };
  }
}

/** What can be bought. */
export class OffersDto {
  /** Whether payments are switched on; without them nothing is on offer. */
  enabled!: boolean;
  /** Whether Stripe has a customer for the caller's account: `POST /api/mcp/billing/portal` leads to their payments then. */
  can_manage!: boolean;
  packs!: CreditPackDto[];
  subscriptions!: SubscriptionOfferDto[];
}

/** Something that was bought: a pack that is paid, or a tier that was subscribed to. */
export class PurchaseDto {
  id!: string;
  name!: string;
  /** Null for a tier. */
  pack!: string | null;
  /** Null for a pack. */
  tier!: string | null;
  /** Of a pack; null for a tier. */
  credits!: number | null;
  /** As it was offered, in the currency's smallest unit. */
  amount!: number;
  currency!: string;
  bought_at!: Date;
  /** What of the amount went back. */
  refunded_amount!: number;
  /** Credits that were taken back, since money went back. */
  credits_taken_back!: number;

  static of({ boughtAt, refundedAmount, creditsTakenBack, ...purchase }: BoughtPurchase): PurchaseDto {
    return { ...purchase, bought_at: boughtAt, refunded_amount: refundedAmount, credits_taken_back: creditsTakenBack };
  }
}

export class PurchaseListDto {
  /** Newest first. */
  purchases!: PurchaseDto[];
  /** Number of purchases on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}
