import type { Reversal } from '../reversals/reversal-rules.js';

/** A Stripe event in the terms of this room. Amounts are in the currency's smallest unit. */
export type BillingFact = SessionFact | RefundFact | ReversalFact | InvoiceFact | InvoicePaymentFact | SubscriptionFact;

/** A checkout was completed, or its payment arrived. */
export interface SessionFact {
  kind: 'session';
  sessionId: string;
  mode: string;
  /** False: completed, but the payment is still pending. */
  isPaid: boolean;
  amount: number | null;
  currency: string | null;
  paymentIntentId: string | null;
  subscriptionId: string | null;
  customerId: string | null;
}

/** A payment was refunded, in whole or in part. */
export interface RefundFact {
  kind: 'refund';
  purchaseId: string | null;
  paymentIntentId: string | null;
  /** The total refunded so far. */
  refunded: number;
  currency: string;
  /** Unix seconds of the event. */
  toldAt: number;
}

/** A payment was disputed, a dispute went on, or a refund failed. */
export interface ReversalFact {
  kind: 'reversal';
  paymentIntentId: string;
  reversal: Reversal;
}

/** A period of a subscription was paid. */
export interface InvoiceFact {
  kind: 'invoice';
  invoiceId: string;
  subscriptionId: string;
  purchaseId: string | null;
  customerId: string | null;
  amountPaid: number;
  currency: string;
  paidUntil: Date;
  /** Those it was paid with, where the event says so. */
  paymentIntentIds: string[];
}

/** The payments of an invoice, which events of newer API versions tell apart from it. */
export interface InvoicePaymentFact {
  kind: 'invoicePayment';
  invoiceId: string;
  paymentIntentIds: string[];
}

/** The state of a subscription. */
export interface SubscriptionFact {
  kind: 'subscription';
  subscriptionId: string;
  purchaseId: string | null;
  customerId: string | null;
  status: string;
  priceId: string | null;
  currentPeriodEnd: Date | null;
  /** Increases with later events (`subscriptionVersion`). */
  version: number;
}

/** The result of an event; stored with it. */
export type BillingOutcome =
  | 'applied'
  /** Its subject had been handled before. */
  | 'repeated'
  /** Another event must come first, and will. */
  | 'waiting'
  /** A newer event is known. */
  | 'outdated'
  /** Differs from what was offered: an operator must look at it. */
  | 'mismatch'
  /** Concerns nothing that was bought here. */
  | 'unknown';
