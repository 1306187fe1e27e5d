/** What an event of Stripe says, in the words of this room. Amounts are in the currency's smallest unit. */
export type BillingFact = SessionFact | RefundFact | InvoiceFact | SubscriptionFact;

/** A checkout was finished, or its money has come. */
export interface SessionFact {
  kind: 'session';
  sessionId: string;
  mode: string;
  /** False: finished, but the money is still under way. */
  isPaid: boolean;
  amount: number | null;
  currency: string | null;
  paymentIntentId: string | null;
  subscriptionId: string | null;
  customerId: string | null;
}

/** Money of a payment went back. */
export interface RefundFact {
  kind: 'refund';
  purchaseId: string | null;
  paymentIntentId: string | null;
  /** All that went back so far. */
  refunded: number;
  currency: string;
}

/** A period of a subscription is paid. */
export interface InvoiceFact {
  kind: 'invoice';
  invoiceId: string;
  subscriptionId: string;
  purchaseId: string | null;
  customerId: string | null;
  amountPaid: number;
  currency: string;
  paidUntil: Date;
}

/** How a subscription stands. */
export interface SubscriptionFact {
  kind: 'subscription';
  subscriptionId: string;
  purchaseId: string | null;
  customerId: string | null;
  status: string;
  priceId: string | null;
  currentPeriodEnd: Date | null;
  /** Grows with what happened later (`subscriptionVersion`). */
  version: number;
}

/** What became of an event; kept with it. */
export type BillingOutcome =
  | 'applied'
  /** The thing it is about had been dealt with. */
  | 'repeated'
  /** Something else must come first, and will. */
  | 'waiting'
  /** Something newer is known. */
  | 'outdated'
  /** Not what was offered: an operator must look at it. */
  | 'mismatch'
  /** About nothing that was bought here. */
  | 'unknown';
