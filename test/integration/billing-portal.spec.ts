import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import { BILLING, BillingRest, withBilling } from '../support/billing/billing-rest.js';
import { event, newId, subscriptionObject } from '../support/billing/stripe-events.js';

const PORTAL = '/api/mcp/billing/portal';

describe('Stripe’s page of one’s payments', () => {
  let rest: BillingRest;
  withBilling((started) => (rest = started));

  /** Whose subscription has begun: Stripe has a customer for them. */
  const newSubscriber = async () => {
    const buyer = await rest.buyer({ tier: 'pro' });
    const subscription = { id: newId('sub'), purchaseId: buyer.purchaseId };
    await rest.deliver(event('customer.subscription.created', subscriptionObject(subscription, 'active')));
    return { ...buyer, customer: `cus_${subscription.id}` };
  };
  const canManage = async (user: Principal) =>
    ((await rest.accounts.get(user, '/api/mcp/billing/offers').expect(200)).body as { can_manage: boolean }).can_manage;

  it('is opened for the account’s customer, and leads back to Credits', async () => {
    const { user, customer } = await newSubscriber();
    const { body, headers } = await rest.accounts.post(user, PORTAL, {}).set('Host', 'gateway.example.com').expect(200);
    expect(body).toEqual({ url: `https://billing.stripe.com/p/session/${customer}` });
    expect(headers['cache-control']).toBe('no-store');
    const { path, form } = rest.stripe.requests.at(-1)!;
    expect(path).toBe('/v1/billing_portal/sessions');
    expect(form).toEqual({ customer, return_url: 'http://gateway.example.com/ui/credits' });
  });

  it('is refused, and not offered, to whom Stripe does not know, without asking it', async () => {
    const { user } = await rest.buyer({ pack: 'small' });
    const before = rest.stripe.requests.length;
    const { body } = await rest.accounts.post(user, PORTAL, {}).expect(409);
    expect(body).toMatchObject({ error_code: 'CONFLICT', detail: { code: 'no_payments' } });
    expect(rest.stripe.requests).toHaveLength(before);
    expect(await canManage(user)).toBe(false);
    expect(await canManage((await newSubscriber()).user)).toBe(true);
  });

  it('needs an account and a login', async () => {
    const user = await rest.accounts.newUser();
    const { body } = await rest.accounts.post(user, PORTAL, {}).expect(404);
    expect(body).toMatchObject({ detail: { code: 'mcp_not_enabled' } });
    expect(await canManage(user)).toBe(false);
    await rest.accounts.http().post(PORTAL).send({}).expect(401);
  });

  it('is answered with 503 while Stripe is away, without a word of the inside', async () => {
    const { user } = await newSubscriber();
    rest.stripe.failures.push({ status: 400, code: 'no_portal_configuration' });
    const { body, headers } = await rest.accounts.post(user, PORTAL, {}).expect(503);
    expect(body).toMatchObject({ detail: "Stripe's page cannot be opened right now. Try again in a moment." });
    expect(headers['retry-after']).toBe('5');
  });
});

describe('Stripe’s page of one’s payments, behind a proxy', () => {
  let rest: BillingRest;
  beforeAll(async () => {
    rest = await BillingRest.start(BILLING, { public_url: 'https://a.example/gw/' });
  });
  afterAll(() => rest.stop());

  it('leads back to the address the operator has given', async () => {
    const { user, account } = await rest.accounts.newAccount();
    await rest.rows('UPDATE mcp.user_accounts SET stripe_customer_id = $2 WHERE id = $1', account.id, newId('cus'));
    await rest.accounts.post(user, PORTAL, {}).expect(200);
    expect(rest.stripe.requests.at(-1)!.form).toMatchObject({ return_url: 'https://a.example/gw/ui/credits' });
  });
});

describe('Without billing', () => {
  let rest: BillingRest;
  beforeAll(async () => {
    rest = await BillingRest.start({ enabled: false });
  });
  afterAll(() => rest.stop());

  it('there is no such page', async () => {
    const { user } = await rest.accounts.newAccount();
    const { body } = await rest.accounts.post(user, PORTAL, {}).expect(404);
    expect(body).toMatchObject({ detail: { code: 'billing_not_enabled' } });
    const offers = await rest.accounts.get(user, '/api/mcp/billing/offers').expect(200);
    expect(offers.body).toEqual({ enabled: false, can_manage: false, packs: [], subscriptions: [] });
  });
});
