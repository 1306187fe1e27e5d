import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  dispute,
  event,
  failedRefund,
  invoicePayment,
  packSession,
  paidInvoice,
  refundedCharge,
  subscriptionObject,
} from '../../../test/support/billing/stripe-events.js';
import { factOf } from './stripe-event.js';

describe('An event of Stripe', () => {
  const purchaseId = randomUUID();

  it.each(['checkout.session.completed', 'checkout.session.async_payment_succeeded'])('tells of a checkout: %s', (type) => {
    expect(factOf(event(type, packSession('cs_1', { customer: { id: 'cus_1', object: 'customer' } })))).toEqual({
      kind: 'session',
      sessionId: 'cs_1',
      mode: 'payment',
      isPaid: true,
      amount: 500,
      currency: 'usd',
      paymentIntentId: 'pi_cs_1',
      subscriptionId: null,
      customerId: 'cus_1',
    });
  });

  it('tells of a refund with the purchase its payment was for', () => {
    expect(
      factOf(event('charge.refunded', refundedCharge('pi_1', 200, { purchase_id: purchaseId }), { created: 1_000 })),
    ).toEqual({
      kind: 'refund',
      purchaseId,
      paymentIntentId: 'pi_1',
      refunded: 200,
      currency: 'usd',
      toldAt: 1_000,
    });
  });

  it.each([
    ['created', 'needs_response', 'open'],
    ['created', 'warning_needs_response', 'inquiry'],
    ['updated', 'under_review', 'open'],
    ['funds_withdrawn', undefined, 'open'],
    ['funds_withdrawn', 'warning_needs_response', 'open'],
    ['closed', 'warning_closed', 'dropped'],
    ['closed', 'won', 'won'],
    ['closed', 'lost', 'lost'],
    ['closed', 'prevented', 'lost'],
    ['funds_reinstated', 'under_review', 'won'],
  ])('tells of a dispute that was %s, with status %s, that it is %s', (type, status, state) => {
    const told = event(`charge.dispute.${type}`, dispute('pi_1', { id: 'dp_1', status }), { created: 1_000 });
    const reversal = { kind: 'dispute', id: 'dp_1', state, amount: 500, currency: 'usd', toldAt: 1_000 };
    expect(factOf(told)).toEqual({ kind: 'reversal', paymentIntentId: 'pi_1', reversal });
  });

  it.each(['refund.failed', 'refund.updated', 'charge.refund.updated'])('tells of a refund that failed: %s', (type) => {
    const told = (status: string) => factOf(event(type, failedRefund('pi_1', 200, { id: 're_1', status }), { created: 1_000 }));
    const reversal = { kind: 'failed_refund', state: 'failed', id: 're_1', amount: 200, currency: 'usd', toldAt: 1_000 };
    for (const status of ['failed', 'canceled']) {
      expect(told(status)).toEqual({ kind: 'reversal', paymentIntentId: 'pi_1', reversal });
    }
    expect(told('succeeded')).toBeUndefined();
  });

  it('tells which payment an invoice was paid with, in the shapes of old and new API versions', () => {
    const told = { invoiceId: 'in_1', paymentIntentIds: ['pi_1'] };
    expect(factOf(event('invoice_payment.paid', invoicePayment('in_1', 'pi_1')))).toEqual({ kind: 'invoicePayment', ...told });
    const payments = { data: [invoicePayment('in_1', 'pi_1')] };
    for (const fields of [{ payment_intent: 'pi_1' }, { payments }, { payment_intent: { id: 'pi_1' }, payments }]) {
      const invoice = paidInvoice({ id: 'sub_1' }, 1_800_000_000, { id: 'in_1', ...fields });
      expect(factOf(event('invoice.paid', invoice))).toMatchObject(told);
    }
  });

  it.each([{}, { purchase_id: '42' }, { purchase_id: 7 }, null])(
    'takes metadata it did not write for nothing: %j',
    (metadata) => {
      const charge = refundedCharge('pi_1', 200, metadata as object);
      expect(factOf(event('charge.refunded', charge))).toMatchObject({ purchaseId: null });
    },
  );

  it('tells how long a subscription is paid, by the lines of the invoice', () => {
    const end = Date.UTC(2026, 4, 1) / 1_000;
    expect(factOf(event('invoice.paid', paidInvoice({ id: 'sub_1', purchaseId }, end)))).toMatchObject({
      kind: 'invoice',
      subscriptionId: 'sub_1',
      purchaseId,
      amountPaid: 1_500,
      paidUntil: new Date('2026-05-01T00:00:00Z'),
    });
  });

  it('counts no line that credits what is left of the plan before', () => {
    const lines = [
      { amount: -9_000, period: { end: 1_900_000_000 } },
      { amount: 1_500, period: { end: 1_800_000_000 } },
    ];
    const told = event('invoice.paid', paidInvoice({ id: 'sub_1' }, 1, { lines: { data: lines } }));
    expect(factOf(told)).toMatchObject({ paidUntil: new Date(1_800_000_000_000) });
  });

  it('tells so in the shape of older API versions too', () => {
    const metadata = { purchase_id: purchaseId };
    const invoice = { ...paidInvoice({ id: 'sub_1' }, 1_800_000_000), parent: undefined };
    const old = { ...invoice, subscription: 'sub_1', subscription_details: { metadata } };
    expect(factOf(event('invoice.paid', old))).toMatchObject({ subscriptionId: 'sub_1', purchaseId });
    const { items, ...subscription } = subscriptionObject({ id: 'sub_1', purchaseId }, 'active');
    const data = items.data.map(({ price, id }) => ({ id, price }));
    const past = { ...subscription, current_period_end: 1_800_000_000, items: { data } };
    expect(factOf(event('customer.subscription.updated', past))).toMatchObject({
      priceId: 'price_pro',
      currentPeriodEnd: new Date(1_800_000_000_000),
    });
  });

  it('tells how a subscription stands, newer ones with a higher version', () => {
    const told = (status: string, created: number) =>
      factOf(event('customer.subscription.updated', subscriptionObject({ id: 'sub_1' }, status), { created }));
    const [first, second] = [told('active', 1_000), told('past_due', 1_001)] as { version: number }[];
    expect(first).toMatchObject({ kind: 'subscription', subscriptionId: 'sub_1', status: 'active', purchaseId: null });
    expect(second!.version).toBeGreaterThan(first!.version);
  });

  it('of another kind says nothing', () => {
    expect(factOf(event('payment_intent.created', { id: 'pi_1' }))).toBeUndefined();
    expect(factOf(event('invoice.paid', { ...paidInvoice({ id: 'sub_1' }, 1), parent: null }))).toBeUndefined();
    expect(factOf(event('invoice.paid', { ...paidInvoice({ id: 'sub_1' }, 1), lines: null }))).toBeUndefined();
  });

  it('of another shape is an error, not nothing', () => {
    expect(() => factOf(event('checkout.session.completed', { id: 'cs_1' }))).toThrow();
    expect(() => factOf(event('charge.refunded', refundedCharge('pi_1', -5)))).toThrow();
    expect(() => factOf(event('charge.dispute.created', dispute('pi_1', { amount: -5 })))).toThrow();
  });
});
