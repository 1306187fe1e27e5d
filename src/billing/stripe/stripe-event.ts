import { z } from 'zod';
import type {
  BillingFact,
  InvoiceFact,
  InvoicePaymentFact,
  RefundFact,
  ReversalFact,
  SessionFact,
  SubscriptionFact,
} from './billing-fact.js';
import { disputeState } from '../reversals/reversal-rules.js';
import { subscriptionVersion } from '../subscription-rules.js';

/** A Stripe event whose signature has been checked. */
export interface StripeEvent {
  id: string;
  type: string;
  /** Unix seconds. */
  created: number;
  data: { object: { id: string } };
}

/**
 * Reads an event; undefined when it does not matter here. Fields are read wherever recent API versions have them,
 * since the endpoint's version is the operator's choice.
 * @throws ZodError for a payload of another shape; Stripe then delivers it again, so a later version of this code can
 * still read it
 */
export function factOf(event: StripeEvent): BillingFact | undefined {
  const { object } = event.data;
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return sessionFact(session.parse(object));
    case 'charge.refunded':
      return refundFact(charge.parse(object), event);
    case 'refund.failed':
    case 'refund.updated':
    case 'charge.refund.updated':
      return failedRefundFact(reversal.parse(object), event);
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.funds_withdrawn':
    case 'charge.dispute.funds_reinstated':
    case 'charge.dispute.closed':
      return disputeFact(reversal.parse(object), event);
    case 'invoice.paid':
      return invoiceFact(invoice.parse(object));
    case 'invoice_payment.paid':
      return invoicePaymentFact(invoicePayment.parse(object));
    case 'customer.subscription.created':
    case 'customer.subscription.updated':
    case 'customer.subscription.deleted':
      return subscriptionFact(subscription.parse(object), event);
    default:
      return undefined;
  }
}

/** An id, alone or with the thing it names. */
const reference = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]).nullish();
const moment = z.number().transform((seconds) => new Date(seconds * 1_000));
/** `purchase_id` was written by a checkout of this gateway; any other value is not ours. */
const metadata = z.object({ purchase_id: z.uuid().optional().catch(undefined) }).nullish();

const session = z.object({
  id: z.string(),
  mode: z.string(),
  payment_status: z.string(),
  amount_total: z.int().nullish(),
  currency: z.string().nullish(),
  payment_intent: reference,
  subscription: reference,
  customer: reference,
});

function sessionFact(of: z.infer<typeof session>): SessionFact {
  return {
    kind: 'session',
    sessionId: of.id,
    mode: of.mode,
    isPaid: of.payment_status !== 'unpaid',
    amount: of.amount_total ?? null,
    currency: of.currency ?? null,
    paymentIntentId: of.payment_intent ?? null,
    subscriptionId: of.subscription ?? null,
    customerId: of.customer ?? null,
  };
}

const charge = z.object({ payment_intent: reference, amount_refunded: z.int().min(0), currency: z.string(), metadata });

function refundFact(of: z.infer<typeof charge>, { created }: StripeEvent): RefundFact {
  return {
    kind: 'refund',
    purchaseId: of.metadata?.purchase_id ?? null,
    paymentIntentId: of.payment_intent ?? null,
    refunded: of.amount_refunded,
    currency: of.currency,
    toldAt: created,
  };
}

/** A refund or a dispute. */
const reversal = z.object({
  id: z.string(),
  amount: z.int().min(0),
  currency: z.string().nullish(),
  status: z.string().nullish(),
  payment_intent: reference,
});

/** A cancelled refund failed too: the money stays here. Other states of a refund are told by its charge. */
function failedRefundFact(of: z.infer<typeof reversal>, { created }: StripeEvent): ReversalFact | undefined {
  const { id, amount, currency = null, status, payment_intent: paymentIntentId } = of;
  if (!paymentIntentId || (status !== 'failed' && status !== 'canceled')) return undefined;
  return {
    kind: 'reversal',
    paymentIntentId,
    reversal: { kind: 'failed_refund', state: 'failed', id, amount, currency, toldAt: created },
  };
}

function disputeFact(of: z.infer<typeof reversal>, { created, type }: StripeEvent): ReversalFact | undefined {
  const { id, amount, currency = null, status, payment_intent: paymentIntentId } = of;
  if (!paymentIntentId) return undefined;
  const state = disputeState(type, status);
  return { kind: 'reversal', paymentIntentId, reversal: { kind: 'dispute', state, id, amount, currency, toldAt: created } };
}

const details = z.object({ subscription: reference, metadata }).nullish();
const invoicePayment = z.object({ invoice: reference, payment: z.object({ payment_intent: reference }).nullish() });

function invoicePaymentFact(of: z.infer<typeof invoicePayment>): InvoicePaymentFact | undefined {
  const paymentIntentId = of.payment?.payment_intent;
  if (!of.invoice || !paymentIntentId) return undefined;
  return { kind: 'invoicePayment', invoiceId: of.invoice, paymentIntentIds: [paymentIntentId] };
}

const invoice = z.object({
  id: z.string(),
  amount_paid: z.int(),
  currency: z.string(),
  customer: reference,
  parent: z.object({ subscription_details: details }).nullish(),
  /** Where API versions before 2025 have it. */
  subscription: reference,
  subscription_details: details,
  payment_intent: reference,
  payments: z.object({ data: z.array(invoicePayment) }).nullish(),
  lines: z.object({ data: z.array(z.object({ amount: z.int().nullish(), period: z.object({ end: z.number() }) })) }).nullish(),
});

/**
 * A line's period is the one it pays for; the invoice's own is the one before. A line of a negative amount pays for nothing: it
 * credits what is left of a period, perhaps a year's, of the plan before.
 */
function invoiceFact(of: z.infer<typeof invoice>): InvoiceFact | undefined {
  const about = of.parent?.subscription_details ?? of.subscription_details;
  const subscriptionId = about?.subscription ?? of.subscription;
  const lines = of.lines?.data.filter(({ amount }) => (amount ?? 0) >= 0) ?? [];
  const ends = lines.map(({ period }) => period.end);
  if (!subscriptionId || ends.length === 0) return undefined;
  return {
    kind: 'invoice',
    invoiceId: of.id,
    subscriptionId,
    purchaseId: about?.metadata?.purchase_id ?? null,
    customerId: of.customer ?? null,
    amountPaid: of.amount_paid,
    currency: of.currency,
    paidUntil: new Date(Math.max(...ends) * 1_000),
    paymentIntentIds: paymentsOf(of),
  };
}

function paymentsOf({ payment_intent: first, payments }: z.infer<typeof invoice>): string[] {
  const all = [first, ...(payments?.data.map(({ payment }) => payment?.payment_intent) ?? [])];
  return [...new Set(all.filter((id) => typeof id === 'string'))];
}

const subscription = z.object({
  id: z.string(),
  status: z.string(),
  customer: reference,
  metadata,
  /** Where API versions before 2025 have it. */
  current_period_end: moment.nullish(),
  items: z.object({ data: z.array(z.object({ current_period_end: moment.nullish(), price: reference })) }),
});

function subscriptionFact(of: z.infer<typeof subscription>, { created, type }: StripeEvent): SubscriptionFact {
  const [item] = of.items.data;
  return {
    kind: 'subscription',
    subscriptionId: of.id,
    purchaseId: of.metadata?.purchase_id ?? null,
    customerId: of.customer ?? null,
    status: of.status,
    priceId: item?.price ?? null,
    currentPeriodEnd: item?.current_period_end ?? of.current_period_end ?? null,
    version: subscriptionVersion(created, type, of.status),
  };
}
