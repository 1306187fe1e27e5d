import { describe, expect, it } from '@jest/globals';
import { BillingRest, withBilling } from '../support/billing/billing-rest.js';
import { event, packSession } from '../support/billing/stripe-events.js';

describe('What can be bought', () => {
  let rest: BillingRest;
  withBilling((started) => (rest = started));

  const bought = async (user: Parameters<typeof rest.accounts.get>[0], query = '') =>
    (await rest.accounts.get(user, `/api/mcp/billing/purchases${query}`).expect(200)).body as {
      purchases: Record<string, unknown>[];
      total: number;
    };

  it('is listed with what each gives, and with its price unless Stripe keeps that', async () => {
    const { user } = await rest.accounts.newAccount();
    const { body } = await rest.accounts.get(user, '/api/mcp/billing/offers').expect(200);
    const { packs, ...offers } = body as { packs: object[]; subscriptions: object[] };
    expect(packs).toEqual([
      { id: 'small', name: '100 credits', credits: 100, amount: 500, currency: 'usd' },
      { id: 'large', name: '1000 credits', credits: 1_000, amount: null, currency: null },
    ]);
    const credits = expect.any(Number);
    const [pro, enterprise] = ['pro', 'enterprise'].map((tier) => ({ tier, monthly_credits: credits }));
    expect(offers).toEqual({ enabled: true, can_manage: false, subscriptions: [pro, enterprise] });
  });

  it('is in the list of purchases when it is paid, and not before', async () => {
    const { user, sessionId, purchaseId } = await rest.buyer();
    expect(await bought(user)).toEqual({ purchases: [], total: 0, page: 1, page_size: 20 });
    expect(await rest.deliver(event('checkout.session.completed', packSession(sessionId)))).toBe(200);
    const purchase = {
      id: purchaseId,
      name: '100 credits',
      pack: 'small',
      tier: null,
      credits: 100,
      amount: 500,
      currency: 'usd',
    };
    const bookings = { bought_at: expect.any(String), refunded_amount: 0, credits_taken_back: 0 };
    expect(await bought(user)).toMatchObject({ purchases: [{ ...purchase, ...bookings }], total: 1 });
    expect((await bought(user, '?page=2')).purchases).toEqual([]);
    expect((await bought((await rest.accounts.newAccount()).user)).total).toBe(0);
  });
});
