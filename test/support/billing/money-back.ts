import { expect } from '@jest/globals';
import type { BillingRest, Buyer } from './billing-rest.js';
import { dispute, event, failedRefund, packSession, refundedCharge, type TestEvent } from './stripe-events.js';

/** Seconds of events; a dispute comes weeks after the payment and goes on for weeks. */
export const AT = 1_800_000_000;

export const paid = ({ sessionId }: Buyer): TestEvent => event('checkout.session.completed', packSession(sessionId));

export const refunded = ({ sessionId, purchaseId }: Buyer, cents: number, created = AT): TestEvent =>
  event('charge.refunded', refundedCharge(`pi_${sessionId}`, cents, { purchase_id: purchaseId }), { created });

export const notRefunded = ({ sessionId }: Buyer, id: string, cents: number, created = AT): TestEvent =>
  event('refund.failed', failedRefund(`pi_${sessionId}`, cents, { id }), { created });

/** What Stripe tells of one dispute, by the kind of telling. */
export function disputeOf({ sessionId }: Buyer, fields: object = {}) {
  const object = dispute(`pi_${sessionId}`, fields);
  return (kind: string, status = 'needs_response', created = AT): TestEvent =>
    event(`charge.dispute.${kind}`, { ...object, status }, { created });
}

/** One after another. */
export async function deliver(rest: BillingRest, ...events: TestEvent[]): Promise<void> {
  for (const one of events) expect(await rest.deliver(one)).toBe(200);
}

/** Negative: a correction, which takes purchased credits first. */
export const add = (rest: BillingRest, { account }: Buyer, amount: number) =>
  rest.ledger.grant({ accountId: account.id, amount, reason: 'test', by: 'test' });

/** Has bought 100 credits and spent 40 of them. */
export async function spender(rest: BillingRest): Promise<Buyer> {
  const buyer = await rest.buyer();
  await deliver(rest, paid(buyer));
  await add(rest, buyer, -40);
  return buyer;
}

/** Every order of the items. */
export function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) => permutations(items.filter((_, index) => index !== at)).map((rest) => [item, ...rest]));
}
