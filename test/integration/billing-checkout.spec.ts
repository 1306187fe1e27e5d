import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BILLING, BillingRest, withBilling } from '../support/billing/billing-rest.js';
import { event, packSession, newId, subscriptionObject } from '../support/billing/stripe-events.js';

describe('A checkout', () => {
  let rest: BillingRest;
  withBilling((started) => (rest = started));

  const purchase = async (sessionId: string) =>
    (await rest.rows<Record<string, unknown>>('SELECT * FROM mcp.billing_purchases WHERE session_id = $1', sessionId))[0];

  it('of a pack opens a page of Stripe’s for its price, and keeps what was offered', async () => {
    const { user, account } = await rest.accounts.newAccount();
    const { body, headers } = await rest.checkout(user, { pack: 'small' }).expect(200);
    const { session_id } = body as { session_id: string };
    expect(body).toEqual({ checkout_url: `https://checkout.stripe.com/c/pay/${session_id}`, session_id });
    expect(headers['cache-control']).toBe('no-store');
    const { path, form, headers: sent, timeoutMs } = rest.stripe.requests.at(-1)!;
    const purchaseId = form['metadata[purchase_id]'];
    expect({ path, timeoutMs, key: sent['Idempotency-Key'] }).toEqual({
      path: '/v1/checkout/sessions',
      timeoutMs: 8_000,
      key: purchaseId,
    });
    expect(form).toEqual({
      mode: 'payment',
      client_reference_id: String(account.id),
      customer_email: account.user_email,
      'line_items[0][price_data][currency]': 'usd',
      'line_items[0][price_data][unit_amount]': '500',
      'line_items[0][price_data][product_data][name]': '100 credits',
      'line_items[0][quantity]': '1',
      'metadata[purchase_id]': purchaseId,
      'payment_intent_data[metadata][purchase_id]': purchaseId,
      'adaptive_pricing[enabled]': 'false',
      success_url: BILLING.success_url,
      cancel_url: BILLING.cancel_url,
    });
    expect(await purchase(session_id)).toMatchObject({
      pack: 'small',
      credits: '100',
      amount: '500',
      currency: 'usd',
      paid_at: null,
    });
  });

  it('of a pack with a price of Stripe’s keeps what Stripe asks for', async () => {
    const { sessionId } = await rest.buyer({ pack: 'large' });
    expect(rest.stripe.requests.at(-1)!.form).toMatchObject({ 'line_items[0][price]': 'price_large' });
    expect(await purchase(sessionId)).toMatchObject({
      credits: '1000',
      amount: '4000',
      currency: 'eur',
      price_id: 'price_large',
    });
  });

  it('of a tier opens a subscription', async () => {
    const { sessionId, purchaseId } = await rest.buyer({ tier: 'pro' });
    expect(rest.stripe.requests.at(-1)!.form).toMatchObject({
      mode: 'subscription',
      'line_items[0][price]': 'price_pro',
      'subscription_data[metadata][purchase_id]': purchaseId,
    });
    expect(await purchase(sessionId)).toMatchObject({ tier: 'pro', pack: null, credits: null, amount: '1500' });
  });

  it('is of the customer Stripe knows the account by', async () => {
    const { user, account } = await rest.accounts.newAccount();
    await rest.rows('UPDATE mcp.user_accounts SET stripe_customer_id = $2 WHERE id = $1', account.id, newId('cus'));
    await rest.buy(user, { pack: 'small' });
    const { form } = rest.stripe.requests.at(-1)!;
    expect(form).toMatchObject({ customer: expect.stringMatching(/^cus_/) });
    expect(form).not.toHaveProperty('customer_email');
  });

  it.each([
    [{}, 400],
    [{ pack: 'small', tier: 'pro' }, 400],
    [{ pack: 'none' }, 400],
    [{ pack: 'pro' }, 400],
    [{ tier: 'free' }, 400],
    [{ tier: 'small' }, 400],
    [{ pack: 7 }, 422],
    [{ pack: 'small', credits: 1_000_000 }, 422],
    [{ pack: 'small', unit_amount: 1 }, 422],
    [{ pack: "small'; DROP TABLE mcp.billing_purchases; --" }, 400],
  ])('of what is not on offer is refused before Stripe hears of it: %j', async (body, status) => {
    const { user } = await rest.accounts.newAccount();
    const before = rest.stripe.requests.length;
    await rest.checkout(user, body).expect(status);
    expect(rest.stripe.requests).toHaveLength(before);
  });

  it('needs an account, one that is switched on, and a login', async () => {
    const answer = await rest.checkout(await rest.accounts.newUser(), { pack: 'small' }).expect(404);
    expect(answer.body).toMatchObject({ detail: { code: 'mcp_not_enabled' } });
    const { user, account, mcp_api_key } = await rest.accounts.newAccount();
    await rest.accounts.http().post('/api/mcp/billing/checkout').send({ pack: 'small' }).expect(401);
    const withKey = rest.accounts.http().post('/api/mcp/billing/checkout').set('Authorization', `Bearer ${mcp_api_key}`);
    await withKey.send({ pack: 'small' }).expect(401);
    await rest.rows('UPDATE mcp.user_accounts SET is_active = false WHERE id = $1', account.id);
    await rest.checkout(user, { pack: 'small' }).expect(401);
  });

  it('of a second subscription is refused while one goes on', async () => {
    const { user, purchaseId } = await rest.buyer({ tier: 'pro' });
    const subscription = { id: newId('sub'), purchaseId };
    await rest.deliver(event('customer.subscription.created', subscriptionObject(subscription, 'active')));
    await rest.checkout(user, { tier: 'enterprise' }).expect(409);
    await rest.checkout(user, { pack: 'small' }).expect(200);
    await rest.deliver(event('customer.subscription.deleted', subscriptionObject(subscription, 'canceled')));
    await rest.checkout(user, { tier: 'enterprise' }).expect(200);
  });

  it('is tried again with one idempotency key when the connection breaks, and then opened once', async () => {
    const { user } = await rest.accounts.newAccount();
    const before = rest.stripe.requests.length;
    rest.stripe.failures.push('reset', 'timeout');
    await rest.buy(user, { pack: 'small' });
    const keys = rest.stripe.requests.slice(before).map(({ headers }) => headers['Idempotency-Key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  it.each([
    ['that is away, after three tries', ['reset', 'timeout', 'reset'] as const, 3],
    ['that refuses it, at once', [{ status: 400, code: 'resource_missing' }] as const, 1],
  ])('with a Stripe %s: 503, without a word of the inside, and nothing is kept', async (_, failures, tries) => {
    const { user, account } = await rest.accounts.newAccount();
    const before = rest.stripe.requests.length;
    rest.stripe.failures.push(...failures);
    const { body, headers } = await rest.checkout(user, { pack: 'small' }).expect(503);
    expect(body).toMatchObject({ error_code: 'UNAVAILABLE', detail: expect.stringMatching(/^The payment cannot be started/) });
    expect(headers['retry-after']).toBe('5');
    expect(rest.stripe.requests).toHaveLength(before + tries);
    expect(await rest.rows('SELECT 1 FROM mcp.billing_purchases WHERE account_id = $1', account.id)).toEqual([]);
  });
});

describe('Without billing', () => {
  let rest: BillingRest;
  beforeAll(async () => {
    rest = await BillingRest.start({ enabled: false });
  });
  afterAll(() => rest.stop());

  it('checkouts and events are answered with 404 that says so', async () => {
    const { user } = await rest.accounts.newAccount();
    const code = { detail: { code: 'billing_not_enabled', message: 'Payments are not enabled on this gateway.' } };
    expect((await rest.checkout(user, { pack: 'small' }).expect(404)).body).toMatchObject(code);
    const payload = JSON.stringify(event('checkout.session.completed', packSession('cs_1')));
    expect((await rest.post(payload).expect(404)).body).toMatchObject(code);
    expect(await rest.rows('SELECT 1 FROM mcp.billing_events')).toEqual([]);
  });
});
