import { beforeAll, describe, expect, it } from '@jest/globals';
import { withBilling, type BillingRest } from '../support/billing/billing-rest.js';
import { event, packSession, refundedCharge, type TestEvent } from '../support/billing/stripe-events.js';

const COMPLETED = 'checkout.session.completed';
const PAID_LATER = 'checkout.session.async_payment_succeeded';

describe('A thousand deliveries', () => {
  let rest: BillingRest;
  withBilling((started) => (rest = started));
  beforeAll(async () => {
    await rest.addReplica();
    await rest.addReplica();
  });

  /** A hundred at a time, on a busy machine. */
  const MANY_TAKE_MS = 60_000;
  const deliverAll = async (events: TestEvent[]) => {
    const statuses: number[] = [];
    const waiting = [...events];
    const deliver = async () => {
      for (let one = waiting.pop(); one; one = waiting.pop()) statuses.push(await rest.deliver(one));
    };
    await Promise.all(Array.from({ length: 100 }, deliver));
    return [...new Set(statuses)];
  };

  it(
    'of one event to three gateways at once give its credits once',
    async () => {
      const buyer = await rest.buyer();
      const bought = event(COMPLETED, packSession(buyer.sessionId));
      expect(await deliverAll(Array.from({ length: 1_000 }, () => bought))).toEqual([200]);
      expect(await rest.bookings(buyer)).toEqual([['grant', 100]]);
      expect(await rest.rows('SELECT outcome FROM mcp.billing_events WHERE object_id = $1', buyer.sessionId)).toEqual([
        { outcome: 'applied' },
      ]);
    },
    MANY_TAKE_MS,
  );

  it(
    'of different events of one checkout, unpaid ones and refunds among them, give and take once, in any order',
    async () => {
      const buyer = await rest.buyer();
      const charge = refundedCharge(`pi_${buyer.sessionId}`, 250, { purchase_id: buyer.purchaseId });
      const kinds = [
        () => event(COMPLETED, packSession(buyer.sessionId)),
        () => event(PAID_LATER, packSession(buyer.sessionId)),
        () => event(COMPLETED, packSession(buyer.sessionId, { payment_status: 'unpaid' })),
        () => event('charge.refunded', charge),
      ];
      const events = Array.from({ length: 1_000 }, (_, index) => kinds[index % kinds.length]!());
      expect(await deliverAll(events)).toEqual([200]);
      expect(await rest.bookings(buyer)).toEqual([
        ['grant', 100],
        ['grant', -50],
      ]);
    },
    MANY_TAKE_MS,
  );

  it('of one refund after another, told in any order, take back what was refunded and no more', async () => {
    const buyers = await Promise.all(Array.from({ length: 20 }, () => rest.buyer()));
    for (const { account } of buyers) await rest.ledger.grant({ accountId: account.id, amount: 900, reason: 'more', by: 'test' });
    await deliverAll(buyers.map(({ sessionId }) => event(COMPLETED, packSession(sessionId))));
    // Those of one account stand together, so that they meet.
    const events = buyers.flatMap(({ sessionId, purchaseId }) =>
      [100, 200, 300, 400].map((cents) =>
        event('charge.refunded', refundedCharge(`pi_${sessionId}`, cents, { purchase_id: purchaseId }), { created: cents }),
      ),
    );
    expect(await deliverAll(events)).toEqual([200]);
    const left = await Promise.all(buyers.map(async ({ account }) => (await rest.ledger.balance(account.id)).purchased));
    expect(left).toEqual(buyers.map(() => 920));
    const noted = await rest.rows('SELECT DISTINCT credits_taken_back FROM mcp.billing_purchases WHERE refunded_amount = 400');
    expect(noted).toEqual([{ credits_taken_back: '80' }]);
  }, 60_000);

  it(
    'of checkouts of several accounts give each its own',
    async () => {
      const buyers = [await rest.buyer(), await rest.buyer(), await rest.buyer({ pack: 'large' })];
      const prices = [{}, {}, { amount_total: 4_000, currency: 'eur' }];
      const bought = buyers.map(({ sessionId }, index) => event(COMPLETED, packSession(sessionId, prices[index])));
      expect(await deliverAll(Array.from({ length: 300 }, (_, index) => bought[index % 3]!))).toEqual([200]);
      expect(await Promise.all(buyers.map((buyer) => rest.bookings(buyer)))).toEqual([
        [['grant', 100]],
        [['grant', 100]],
        [['grant', 1_000]],
      ]);
    },
    MANY_TAKE_MS,
  );
});
