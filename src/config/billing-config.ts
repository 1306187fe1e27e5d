import { z } from 'zod';

/** Settings that cannot go together. */
export interface Contradiction {
  /** The paths of the settings it is about. While one of them is wrong itself, nothing is said. */
  about: string[];
  problem: string;
}

/** Stripe's highest amount of one payment, in the currency's smallest unit. */
const AMOUNT_MAX = 99_999_999;
const CREDITS_MAX = 1_000_000_000;

const text = z.string().min(1).max(255);
const pageUrl = z.string().refine((url) => /^https?:\/\//.test(url) && URL.canParse(url), 'must be an http:// or https:// URL');

/** A pack of credits to buy. Its price is either Stripe's own (`price_id`) or given here. */
const creditPack = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be a short lower-case name'),
    /** Shown at the checkout and in the account's history. */
    name: text,
    credits: z.int().min(1).max(CREDITS_MAX),
    price_id: text.optional(),
    /** In the currency's smallest unit: 500 is 5.00 USD. */
    unit_amount: z.int().min(1).max(AMOUNT_MAX).optional(),
    /** ISO 4217, lower case as Stripe writes it. */
    currency: z
      .string()
      .regex(/^[a-z]{3}$/, 'must be a currency such as usd')
      .optional(),
  })
  .refine(
    ({ price_id, unit_amount, currency }) =>
      price_id === undefined
        ? unit_amount !== undefined && currency !== undefined
        : unit_amount === undefined && currency === undefined,
    'needs either price_id, or unit_amount and currency',
  );

/** Payments with Stripe. Off unless switched on. */
export const billingSchema = z
  .strictObject({
    enabled: z.boolean().default(false),
    stripe_secret_key: text.optional(),
    /** Signing secret of the webhook endpoint, `whsec_…`. */
    stripe_webhook_secret: text.optional(),
    /** The page a browser returns to after paying. Stripe replaces `{CHECKOUT_SESSION_ID}` with the session's id. */
    success_url: pageUrl.optional(),
    /** The page a browser returns to without paying. */
    cancel_url: pageUrl.optional(),
    credit_packs: z.array(creditPack).default([]),
    /** Tiers by subscription; the price is a recurring one at Stripe. */
    subscriptions: z.array(z.strictObject({ tier: z.string(), price_id: text })).default([]),
  })
  .prefault({});

export type BillingSettings = z.infer<typeof billingSchema>;
export type CreditPack = BillingSettings['credit_packs'][number];
export type SubscriptionOffer = BillingSettings['subscriptions'][number];
