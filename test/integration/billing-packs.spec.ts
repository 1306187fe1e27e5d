import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { BILLING, BillingRest, withBilling, type Buyer } from '../support/billing/billing-rest.js';
import { begun, call, charge } from '../support/databases/credit-rig.js';
import { event, newId, packSession, refundedCharge, type TestEvent } from '../support/billing/stripe-events.js';

const COMPLETED = 'checkout.session.completed';
const PAID_LATER = 'checkout.session.async_payment_succeeded';

describe('Credits for money', () => {
  let rest: BillingRest;
  withBilling((started) => (rest = started));

  const completed = ({ sessionId }: { sessionId: string }, fields: object = {}): TestEvent =>
    event(COMPLETED, packSession(sessionId, fields));
  /** All told within one second, where the larger total is the later one. */
  const refunded = ({ sessionId, purchaseId }: Buyer, cents: number): TestEvent =>
    event('charge.refunded', refundedCharge(`pi_${sessionId}`, cents, { purchase_id: purchaseId }), { created: 1_800_000_000 });

  it('are purchased ones, as many as were offered, with a row in the ledger and one in the inbox', async () => {
    const buyer = await rest.buyer();
    const bought = completed(buyer);
    expect(await rest.deliver(bought)).toBe(200);
    expect(await rest.ledger.balance(buyer.account.id)).toMatchObject({ balance: 150, allocation: 50, purchased: 100 });
    const [row] = await rest.rows(
      `SELECT * FROM mcp.user_credit_transactions WHERE user_account_id = $1 AND reference_type = 'stripe_checkout'`,
      buyer.account.id,
    );
    const booked = { amount: '100', reference_id: buyer.sessionId, description: 'Bought: 100 credits', created_by: 'stripe' };
    expect(row).toMatchObject({ transaction_type: 'grant', ...booked });
    expect(await rest.rows('SELECT * FROM mcp.billing_events WHERE id = $1', bought.id)).toEqual([
      {
        id: bought.id,
        type: COMPLETED,
        object_id: buyer.sessionId,
        payload_hash: expect.objectContaining({ length: 32 }),
        received_at: expect.any(Date),
        processed_at: expect.any(Date),
        outcome: 'applied',
      },
    ]);
  });

  it('are given once for one delivery after another, and for other events of the same checkout', async () => {
    const buyer = await rest.buyer();
    const bought = completed(buyer);
    const later = event(PAID_LATER, packSession(buyer.sessionId));
    for (const told of [bought, bought, later, completed(buyer), bought]) expect(await rest.deliver(told)).toBe(200);
    expect(await rest.bookings(buyer)).toEqual([['grant', 100]]);
    expect([await rest.outcomes(bought), await rest.outcomes(later)]).toEqual([['applied'], ['repeated']]);
  });

  it('wait for money that is under way', async () => {
    const buyer = await rest.buyer();
    const unpaid = completed(buyer, { payment_status: 'unpaid' });
    expect(await rest.deliver(unpaid)).toBe(200);
    expect([await rest.outcomes(unpaid), await rest.bookings(buyer)]).toEqual([['waiting'], []]);
    await rest.deliver(event(PAID_LATER, packSession(buyer.sessionId)));
    await rest.deliver(completed(buyer, { payment_status: 'unpaid' }));
    expect(await rest.bookings(buyer)).toEqual([['grant', 100]]);
  });

  it('are those of the checkout, whatever the event says', async () => {
    const buyer = await rest.buyer();
    await rest.deliver(completed(buyer, { metadata: { pack: 'large', credits: '5000' } }));
    expect(await rest.bookings(buyer)).toEqual([['grant', 100]]);
  });

  it.each([{ amount_total: 499 }, { amount_total: 5 }, { currency: 'jpy' }, { amount_total: null }])(
    'are not given for another price than was offered, and the event is not asked for again: %j',
    async (fields) => {
      const buyer = await rest.buyer();
      const told = completed(buyer, fields);
      expect(await rest.deliver(told)).toBe(200);
      expect([await rest.outcomes(told), await rest.bookings(buyer)]).toEqual([['mismatch'], []]);
      expect((await rest.standing(buyer)).flags).toEqual([expect.stringContaining('no credits were given')]);
    },
  );

  it('are given to nobody for a checkout that was not begun here, whoever it names', async () => {
    const { account } = await rest.accounts.newAccount();
    const told = [
      completed({ sessionId: newId('cs_test') }, { client_reference_id: '999999' }),
      completed({ sessionId: newId('cs_test') }, { client_reference_id: String(account.id) }),
      event('charge.refunded', refundedCharge(newId('pi'), 500, { purchase_id: randomUUID() })),
    ];
    for (const one of told) {
      expect(await rest.deliver(one)).toBe(200);
      expect(await rest.outcomes(one)).toEqual(['unknown']);
    }
    expect(await rest.bookings({ account })).toEqual([]);
  });

  it('for events of other kinds nothing is kept, and Stripe is content', async () => {
    const other = event('payment_intent.created', { id: newId('pi'), object: 'payment_intent' });
    expect(await rest.deliver(other)).toBe(200);
    expect(await rest.outcomes(other)).toEqual([]);
  });

  it('of a transaction that failed are given when the event comes again', async () => {
    const buyer = await rest.buyer();
    await rest.rows(`CREATE FUNCTION mcp.crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$`);
    await rest.rows(`CREATE TRIGGER crash AFTER INSERT ON mcp.user_credit_transactions FOR EACH ROW
      WHEN (NEW.reference_type = 'stripe_checkout') EXECUTE FUNCTION mcp.crash()`);
    const bought = completed(buyer);
    expect(await rest.deliver(bought)).toBeGreaterThanOrEqual(500);
    await rest.rows('DROP TRIGGER crash ON mcp.user_credit_transactions');
    await rest.rows('DROP FUNCTION mcp.crash');
    expect([await rest.outcomes(bought), await rest.bookings(buyer)]).toEqual([[], []]);
    expect(await rest.deliver(bought)).toBe(200);
    expect([await rest.outcomes(bought), await rest.bookings(buyer)]).toEqual([['applied'], [['grant', 100]]]);
  });

  describe('that goes back', () => {
    it('take the refunded share back, once for each refund', async () => {
      const buyer = await rest.buyer();
      await rest.deliver(completed(buyer));
      const half = refunded(buyer, 250);
      for (const told of [half, half, refunded(buyer, 250), refunded(buyer, 500), refunded(buyer, 250)]) {
        expect(await rest.deliver(told)).toBe(200);
      }
      expect(await rest.bookings(buyer)).toEqual([
        ['grant', 100],
        ['grant', -50],
        ['grant', -50],
      ]);
      expect(await rest.ledger.balance(buyer.account.id)).toMatchObject({ balance: 50, allocation: 50, purchased: 0 });
    });

    it('take it back also when the refund is told before the payment', async () => {
      const buyer = await rest.buyer();
      const early = refunded(buyer, 500);
      await rest.deliver(early);
      expect(await rest.outcomes(early)).toEqual(['waiting']);
      await rest.deliver(completed(buyer));
      expect(await rest.bookings(buyer)).toEqual([
        ['grant', 100],
        ['grant', -100],
      ]);
    });

    it('are found by the payment alone too', async () => {
      const buyer = await rest.buyer();
      await rest.deliver(completed(buyer));
      await rest.deliver(event('charge.refunded', refundedCharge(`pi_${buyer.sessionId}`, 500)));
      expect(await rest.bookings(buyer)).toHaveLength(2);
    });

    it('leave what calls hold, and what is spent is owed', async () => {
      const buyer = await rest.buyer();
      const accountId = buyer.account.id;
      await rest.deliver(completed(buyer));
      await call(rest.calls, accountId, 70);
      const running = await begun(rest.calls, accountId, 30);
      expect(await rest.ledger.balance(accountId)).toMatchObject({ allocation: 0, purchased: 80, held: 30 });
      await rest.deliver(refunded(buyer, 500));
      expect(await rest.ledger.balance(accountId)).toMatchObject({ balance: 30, purchased: 30, held: 30, available: 0 });
      expect(await rest.standing(buyer)).toMatchObject({ purchased: 30, debt: 50 });
      expect(await charge(rest.calls, running, 30)).toMatchObject({ charged: 30, remaining: 0 });
    });

    it('leave the allocation of an account that has spent nothing of it', async () => {
      const buyer = await rest.buyer();
      await rest.deliver(completed(buyer));
      await rest.ledger.grant({ accountId: buyer.account.id, amount: -60, reason: 'spent elsewhere', by: 'test' });
      await rest.deliver(refunded(buyer, 500));
      expect(await rest.ledger.balance(buyer.account.id)).toMatchObject({ balance: 50, allocation: 50, purchased: 0 });
      expect(await rest.standing(buyer)).toMatchObject({ debt: 60 });
    });

    it('in another currency concern an operator', async () => {
      const buyer = await rest.buyer();
      await rest.deliver(completed(buyer));
      const metadata = { purchase_id: buyer.purchaseId };
      const strange = event('charge.refunded', refundedCharge(`pi_${buyer.sessionId}`, 500, metadata, { currency: 'jpy' }));
      await rest.deliver(strange);
      expect([await rest.outcomes(strange), await rest.bookings(buyer)]).toEqual([['mismatch'], [['grant', 100]]]);
      expect((await rest.standing(buyer)).flags).toEqual([expect.stringContaining('refunded or disputed in jpy')]);
    });
  });
});

describe('Credits bought before the settings changed', () => {
  it('are those of the checkout', async () => {
    const rest = await BillingRest.start();
    try {
      const [first, second] = [await rest.buyer(), await rest.buyer()];
      const pack = { id: 'small', name: 'Less', credits: 1, unit_amount: 900, currency: 'eur' };
      await rest.addReplica({ ...BILLING, credit_packs: [pack] });
      for (const { sessionId } of [first, second]) await rest.deliver(event(COMPLETED, packSession(sessionId)));
      expect([await rest.bookings(first), await rest.bookings(second)]).toEqual([[['grant', 100]], [['grant', 100]]]);
    } finally {
      await rest.stop();
    }
  });
});
