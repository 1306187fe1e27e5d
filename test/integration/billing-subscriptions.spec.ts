import { describe, expect, it } from '@jest/globals';
import { UserDeletion } from '../../src/auth/users/user-deletion.service.js';
import { withBilling, type BillingRest, type Buyer } from '../support/billing/billing-rest.js';
import { deliver as deliverAll, permutations } from '../support/billing/money-back.js';
import { ledgerOf, setLedgerTime } from '../support/databases/credit-rig.js';
import {
  daysFromNow,
  event,
  newId,
  paidInvoice,
  refundedCharge,
  subscriptionObject,
  tierSession,
  type TestEvent,
} from '../support/billing/stripe-events.js';

/** A buyer of a tier, and the subscription Stripe makes of it. */
type Subscriber = Buyer & { id: string };

describe('A tier by subscription', () => {
  let rest: BillingRest;
  withBilling((started) => (rest = started));

  const subscriber = async (tier = 'pro'): Promise<Subscriber> => ({ ...(await rest.buyer({ tier })), id: newId('sub') });
  const told = (of: Subscriber, kind: string, status: string, created = 0, fields: Record<string, unknown> = {}): TestEvent =>
    event(`customer.subscription.${kind}`, subscriptionObject(of, status, fields), { created: daysFromNow(0) + created });
  const paid = (of: Subscriber, days = 30): TestEvent => event('invoice.paid', paidInvoice(of, daysFromNow(days)));
  const finished = ({ sessionId, id }: Subscriber): TestEvent => event('checkout.session.completed', tierSession(sessionId, id));
  const deliver = (...events: TestEvent[]) => deliverAll(rest, ...events);
  const stateOf = async ({ account }: Subscriber) => {
    const [row] = await rest.rows<Record<string, unknown>>(
      `SELECT credits_tier AS tier, credits_balance::int AS balance, stripe_subscription_id AS subscription,
              stripe_subscription_status AS status, stripe_customer_id AS customer FROM mcp.user_accounts WHERE id = $1`,
      account.id,
    );
    return row!;
  };
  const atDay = async <T>(days: number, work: () => Promise<T>): Promise<T> => {
    await setLedgerTime(rest.accounts.database, new Date(daysFromNow(days) * 1_000).toISOString());
    return work().finally(() => setLedgerTime(rest.accounts.database, new Date().toISOString()));
  };

  it('is given with the first paid period, whatever order its beginning is told in', async () => {
    for (const order of permutations([0, 1, 2, 3])) {
      const one = await subscriber();
      const events = [told(one, 'created', 'incomplete'), told(one, 'updated', 'active'), finished(one), paid(one)];
      await deliver(...order.map((index) => events[index]!));
      const state = { tier: 'pro', balance: 500, subscription: one.id, status: 'active', customer: `cus_${one.id}` };
      expect({ order, ...(await stateOf(one)) }).toEqual({ order, ...state });
    }
  }, 60_000);

  it('is not given before anything is paid', async () => {
    const one = await subscriber();
    await deliver(told(one, 'created', 'active'), finished(one));
    expect(await stateOf(one)).toMatchObject({ tier: 'free', balance: 50, status: 'active' });
  });

  it('is booked once for one invoice, however many events tell of it, and noted as Stripe’s doing', async () => {
    const one = await subscriber();
    const invoice = paidInvoice(one, daysFromNow(30));
    const events = Array.from({ length: 20 }, () => event('invoice.paid', invoice));
    expect(new Set(await Promise.all([...events, ...events].map((each) => rest.deliver(each))))).toEqual(new Set([200]));
    expect(await rest.bookings(one)).toEqual([['tier_change', 450]]);
    const outcomes = (await Promise.all(events.map((each) => rest.outcomes(each)))).flat();
    expect(outcomes.sort()).toEqual(['applied', ...Array.from({ length: 19 }, () => 'repeated')]);
    const changes = await rest.rows('SELECT * FROM mcp.account_changes WHERE account_id = $1', one.account.id);
    expect(changes).toMatchObject([{ kind: 'tier', before: 'free', after: 'pro', changed_by: 'stripe' }]);
    expect((await ledgerOf(rest.accounts.database, one.account.id)).at(-1)).toMatchObject({ by: 'stripe' });
  });

  it('keeps its user from being deleted for as long as Stripe charges them', async () => {
    const one = await subscriber();
    await deliver(finished(one), paid(one), told(one, 'updated', 'active'));
    const remove = () => rest.accounts.app.get(UserDeletion).delete({ via: 'gateway' }, one.user.userId);
    await expect(remove()).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(one.id) });
    await rest.accounts.get(one.user, '/api/mcp/account').expect(200);
    await deliver(told(one, 'deleted', 'canceled', 60));
    await remove();
  });

  it('is not shown as something older that is told later', async () => {
    const one = await subscriber();
    const late = told(one, 'updated', 'past_due', -60);
    await deliver(paid(one), told(one, 'updated', 'active'), late);
    expect([await rest.outcomes(late), await stateOf(one)]).toMatchObject([['outdated'], { status: 'active' }]);
    await deliver(told(one, 'deleted', 'canceled', 5), told(one, 'updated', 'active', 5), told(one, 'updated', 'active', 3));
    expect(await stateOf(one)).toMatchObject({ status: 'canceled' });
  });

  it('stays to the end of the paid period when it is ended, and then goes', async () => {
    const one = await subscriber();
    await deliver(paid(one), told(one, 'updated', 'active'), told(one, 'deleted', 'canceled', 5));
    await rest.sweep();
    expect(await stateOf(one)).toMatchObject({ tier: 'pro', status: 'canceled' });
    await atDay(31, () => rest.sweep());
    expect(await stateOf(one)).toMatchObject({ tier: 'free' });
    expect((await rest.ledger.balance(one.account.id)).monthlyAllocation).toBe(50);
  });

  it('goes at once when it is ended after its period, in any order of the two', async () => {
    for (const isEndFirst of [false, true]) {
      const one = await subscriber();
      await deliver(paid(one, 10));
      const end = told(one, 'deleted', 'canceled', 5, { periodEnd: daysFromNow(40) });
      const late = told(one, 'updated', 'past_due', 1, { periodEnd: daysFromNow(40) });
      await atDay(11, () => deliver(...(isEndFirst ? [end, late] : [late, end])));
      expect(await stateOf(one)).toMatchObject({ tier: 'free', status: 'canceled' });
    }
  });

  it('stays while Stripe still tries to collect a renewal', async () => {
    const one = await subscriber();
    await deliver(paid(one, 10), told(one, 'updated', 'active'));
    await atDay(20, async () => {
      await deliver(told(one, 'updated', 'past_due', 5));
      await rest.sweep();
    });
    expect(await stateOf(one)).toMatchObject({ tier: 'pro', status: 'past_due' });
    await deliver(paid(one, 40), told(one, 'updated', 'active', 9));
    expect(await rest.bookings(one)).toEqual([['tier_change', 450]]);
  });

  it('comes with an invoice that is told after the end of the subscription, for as long as that one paid', async () => {
    const one = await subscriber();
    await deliver(told(one, 'deleted', 'canceled', 5), paid(one), told(one, 'created', 'active'));
    expect(await stateOf(one)).toMatchObject({ tier: 'pro', status: 'canceled' });
    await atDay(31, () => rest.sweep());
    expect(await stateOf(one)).toMatchObject({ tier: 'free' });
    const other = await subscriber();
    await deliver(told(other, 'deleted', 'canceled', 5), paid(other, -1));
    expect(await stateOf(other)).toMatchObject({ tier: 'free' });
  });

  it('follows the price the subscription is changed to, and stays with one that is of no tier', async () => {
    const one = await subscriber();
    await deliver(paid(one), told(one, 'updated', 'active', 1, { price: 'price_enterprise' }));
    expect(await stateOf(one)).toMatchObject({ tier: 'enterprise', balance: 5_000 });
    await deliver(told(one, 'updated', 'active', 2, { price: 'price_unknown' }));
    expect(await stateOf(one)).toMatchObject({ tier: 'enterprise' });
    await deliver(told(one, 'updated', 'active', 3, { price: 'price_pro' }));
    expect(await stateOf(one)).toMatchObject({ tier: 'pro', balance: 5_000 });
  });

  it('does not take from an account what an operator has given it since', async () => {
    const one = await subscriber();
    await deliver(paid(one));
    await rest.ledger.changeTier({ accountId: one.account.id, tier: 'enterprise', by: 'an operator' });
    await deliver(paid(one, 60), told(one, 'deleted', 'canceled', 5));
    await atDay(61, () => rest.sweep());
    expect(await stateOf(one)).toMatchObject({ tier: 'enterprise' });
  });

  it('of another subscription takes over when one ends, and the going one is shown', async () => {
    const first = await subscriber('enterprise');
    const second: Subscriber = { ...first, ...(await rest.buy(first.user, { tier: 'pro' })), id: newId('sub') };
    await deliver(paid(second, 90), told(second, 'updated', 'active', 1));
    await deliver(paid(first), told(first, 'deleted', 'canceled', 5, { price: 'price_enterprise' }));
    expect(await stateOf(first)).toMatchObject({ tier: 'enterprise', subscription: second.id, status: 'active' });
    await atDay(31, () => rest.sweep());
    expect(await stateOf(first)).toMatchObject({ tier: 'pro', subscription: second.id });
  });

  it('concerns nobody for a subscription that was not begun here', async () => {
    const foreign: Subscriber = { ...(await rest.buyer()), id: newId('sub'), purchaseId: 'nothing of ours' };
    const events = [told(foreign, 'updated', 'active'), paid(foreign), finished({ ...foreign, sessionId: newId('cs') })];
    await deliver(...events);
    expect(await Promise.all(events.map((one) => rest.outcomes(one)))).toEqual([['unknown'], ['unknown'], ['unknown']]);
  });

  it('is not given for a pack, whatever a subscription claims to be of', async () => {
    const buyer = await rest.buyer({ pack: 'small' });
    const events = [paid({ ...buyer, id: newId('sub') }), finished({ ...buyer, id: newId('sub') })];
    await deliver(...events);
    expect(await Promise.all(events.map((one) => rest.outcomes(one)))).toEqual([['unknown'], ['unknown']]);
    expect(await rest.tier(buyer)).toBe('free');
  });

  it('costs no credits when a period is refunded: it ends when the subscription does', async () => {
    const one = await subscriber();
    const refund = event('charge.refunded', refundedCharge(newId('pi'), 1_500, { purchase_id: one.purchaseId }));
    await deliver(paid(one), refund);
    expect([await rest.outcomes(refund), await rest.bookings(one)]).toEqual([['unknown'], [['tier_change', 450]]]);
  });

  it('is given by a later delivery when its tier was not configured at first', async () => {
    const one = await subscriber();
    const invoice = paid(one);
    await rest.rows("UPDATE mcp.billing_purchases SET tier = 'gone' WHERE id = $1", one.purchaseId);
    expect(await rest.deliver(invoice)).toBe(500);
    await rest.rows("UPDATE mcp.billing_purchases SET tier = 'pro' WHERE id = $1", one.purchaseId);
    await deliver(invoice);
    expect(await stateOf(one)).toMatchObject({ tier: 'pro' });
  });

  it('leaves no old events and no checkouts nobody paid behind', async () => {
    const [one, unpaid] = [await subscriber(), await rest.buyer()];
    const invoice = paid(one);
    await deliver(invoice, finished(one));
    await atDay(89, () => rest.sweep());
    expect(await rest.outcomes(invoice)).toHaveLength(1);
    await atDay(91, () => rest.sweep());
    expect(await rest.outcomes(invoice)).toEqual([]);
    const kept = await rest.rows<{ id: string }>('SELECT id FROM mcp.billing_purchases WHERE id = ANY ($1)', [
      one.purchaseId,
      unpaid.purchaseId,
    ]);
    expect(kept).toEqual([{ id: one.purchaseId }]);
    await deliver(invoice);
    expect([await rest.outcomes(invoice), await stateOf(one)]).toMatchObject([['repeated'], { tier: 'pro' }]);
  });
});
