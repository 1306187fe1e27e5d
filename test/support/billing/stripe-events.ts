import { randomBytes } from 'node:crypto';

/** An event as Stripe delivers it. */
export interface TestEvent {
  id: string;
  type: string;
  created: number;
  data: { object: { id: string } & Record<string, unknown> };
}

/** Unix seconds, so many days from now. */
export const daysFromNow = (days: number): number => Math.floor(Date.now() / 1_000) + days * 86_400;

export const newId = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`;

/** In the shape of Stripe's API reference, version 2025 and later. */
export function event(type: string, object: TestEvent['data']['object'], fields: Partial<TestEvent> = {}): TestEvent {
  const envelope = { object: 'event', api_version: '2026-10-28.endive', livemode: false, pending_webhooks: 1 };
  const request = { id: newId('req'), idempotency_key: null };
  return { id: newId('evt'), ...envelope, type, created: daysFromNow(0), data: { object }, request, ...fields } as TestEvent;
}

/** A checkout for a pack, finished and paid unless said otherwise. */
export function packSession(id: string, fields: object = {}) {
  return {
    id,
    object: 'checkout.session',
    mode: 'payment',
    status: 'complete',
    payment_status: 'paid',
    amount_subtotal: 500,
    amount_total: 500,
    currency: 'usd',
    client_reference_id: '1',
    customer: null,
    payment_intent: `pi_${id}`,
    subscription: null,
    metadata: { purchase_id: 'a lie', credits: '1000000' },
    ...fields,
  };
}

export function tierSession(id: string, subscription: string, fields: object = {}) {
  const money = { amount_subtotal: 1_500, amount_total: 1_500, payment_intent: null };
  return packSession(id, { mode: 'subscription', subscription, customer: `cus_${subscription}`, ...money, ...fields });
}

/** A refund of a payment; the charge carries the metadata of its payment. */
export function refundedCharge(paymentIntent: string, refunded: number, metadata: object = {}, fields: object = {}) {
  return {
    id: newId('ch'),
    object: 'charge',
    amount: 500,
    amount_captured: 500,
    amount_refunded: refunded,
    refunded: refunded === 500,
    currency: 'usd',
    payment_intent: paymentIntent,
    metadata,
    ...fields,
  };
}

/** A dispute of a payment, whole and open unless said otherwise. */
export function dispute(paymentIntent: string, fields: object = {}) {
  return {
    id: newId('dp'),
    object: 'dispute',
    amount: 500,
    currency: 'usd',
    charge: `ch_${paymentIntent}`,
    payment_intent: paymentIntent,
    reason: 'fraudulent',
    status: 'needs_response',
    metadata: {},
    ...fields,
  };
}

/** A refund that Stripe could not pay out. */
export function failedRefund(paymentIntent: string, amount: number, fields: object = {}) {
  const failure = { status: 'failed', failure_reason: 'lost_or_stolen_card' };
  return {
    id: newId('re'),
    object: 'refund',
    amount,
    currency: 'usd',
    payment_intent: paymentIntent,
    metadata: {},
    ...failure,
    ...fields,
  };
}

/** Which payment an invoice was paid with. */
export function invoicePayment(invoice: string, paymentIntent: string) {
  const payment = { type: 'payment_intent', payment_intent: paymentIntent };
  return { id: newId('inpay'), object: 'invoice_payment', amount_paid: 1_500, currency: 'usd', invoice, payment, status: 'paid' };
}

export interface SubscriptionOf {
  id: string;
  purchaseId?: string;
}

export function subscriptionObject({ id, purchaseId }: SubscriptionOf, status: string, fields: Record<string, unknown> = {}) {
  const { price = 'price_pro', periodEnd = daysFromNow(30), ...rest } = fields;
  const item = { id: newId('si'), object: 'subscription_item', current_period_end: periodEnd, price: { id: price }, quantity: 1 };
  return {
    id,
    object: 'subscription',
    customer: `cus_${id}`,
    status,
    cancel_at_period_end: false,
    items: { object: 'list', data: [item], has_more: false },
    metadata: purchaseId ? { purchase_id: purchaseId } : {},
    ...rest,
  };
}

export function paidInvoice({ id, purchaseId }: SubscriptionOf, periodEnd: number, fields: Record<string, unknown> = {}) {
  const line = {
    id: newId('il'),
    object: 'line_item',
    amount: 1_500,
    period: { start: periodEnd - 30 * 86_400, end: periodEnd },
  };
  return {
    id: newId('in'),
    object: 'invoice',
    status: 'paid',
    amount_paid: 1_500,
    currency: 'usd',
    customer: `cus_${id}`,
    period_end: periodEnd - 30 * 86_400,
    parent: {
      type: 'subscription_details',
      subscription_details: { subscription: id, metadata: purchaseId ? { purchase_id: purchaseId } : {} },
    },
    lines: { object: 'list', data: [line], has_more: false },
    ...fields,
  };
}
