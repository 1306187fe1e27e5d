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

const REQUIRED = {
  stripe_secret_key: 'GATEWAY_STRIPE_SECRET_KEY',
  stripe_webhook_secret: 'GATEWAY_STRIPE_WEBHOOK_SECRET',
  success_url: 'gateway.yaml: billing.success_url',
  cancel_url: 'gateway.yaml: billing.cancel_url',
} as const;

/** Rules of billing that span several settings. */
export function billingContradictions(billing: BillingSettings, tiers: Record<string, number>): Contradiction[] {
  const { credit_packs: packs, subscriptions } = billing;
  const missing = Object.entries(REQUIRED).filter(([key]) => billing[key as keyof typeof REQUIRED] === undefined);
  const unknown = subscriptions.filter(({ tier }) => !Object.hasOwn(tiers, tier));
  return [
    ...(billing.enabled ? missing : []).map(([key, name]) => ({
      about: ['billing.enabled', `billing.${key}`],
      problem: `${name}: required while billing is enabled`,
    })),
    ...unknown.map(({ tier }) => ({
      about: [`tiers.${tier}`, 'billing.subscriptions'],
      problem: `gateway.yaml: billing.subscriptions: "${tier}" is not one of the tiers`,
    })),
    ...repeated(
      'credit_packs',
      'id',
      packs.map(({ id }) => id),
    ),
    ...repeated(
      'subscriptions',
      'tier',
      subscriptions.map(({ tier }) => tier),
    ),
    // With one price for two tiers it would be unclear which of them was paid for.
    ...repeated(
      'subscriptions',
      'price_id',
      subscriptions.map(({ price_id }) => price_id),
    ),
  ];
}

function repeated(list: string, key: string, values: string[]): Contradiction[] {
  const twice = new Set(values.filter((value, index) => values.indexOf(value) !== index));
  return [...twice].map((value) => ({
    about: [`billing.${list}`],
    problem: `gateway.yaml: billing.${list}: ${key} "${value}" is listed more than once`,
  }));
}
