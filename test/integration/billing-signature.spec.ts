import { beforeAll, describe, expect, it } from '@jest/globals';
import { sign, withBilling, type BillingRest, type Buyer } from '../support/billing/billing-rest.js';
import { event, packSession } from '../support/billing/stripe-events.js';

describe('A body that Stripe did not sign', () => {
  let rest: BillingRest;
  let buyer: Buyer;
  withBilling((started) => (rest = started));
  beforeAll(async () => {
    buyer = await rest.buyer();
  });

  const payload = () => JSON.stringify(event('checkout.session.completed', packSession(buyer.sessionId)));
  const secondsAgo = (seconds: number) => Math.floor(Date.now() / 1_000) - seconds;

  const bodies: [string, () => [string, string]][] = [
    ['without a signature', () => [payload(), '']],
    ['with another secret', () => [payload(), sign(payload(), { secret: 'whsec_other' })]],
    ['changed since', () => [payload().replace('500', '501'), sign(payload())]],
    ['with one space more', () => [`${payload()} `, sign(payload())]],
    ['with a signature of six minutes ago', () => [payload(), sign(payload(), { timestamp: secondsAgo(360) })]],
    ['with a signature that is none', () => [payload(), 'nonsense']],
    ['with a time and no signature', () => [payload(), `t=${secondsAgo(0)}`]],
    ['with an older scheme', () => [payload(), sign(payload()).replace('v1=', 'v0=')]],
    ['that is empty', () => ['', sign(' ')]],
    ['that is broken JSON, unsigned', () => ['{"id":', 'nonsense']],
  ];

  it.each(bodies)('%s is refused with 400, and changes nothing', async (_, make) => {
    const [body, signature] = make();
    const answer = await rest.post(body, signature);
    expect({ status: answer.status, code: (answer.body as { error_code: string }).error_code }).toEqual({
      status: 400,
      code: 'BAD_REQUEST',
    });
    expect(await rest.rows('SELECT 1 FROM mcp.billing_events')).toEqual([]);
    expect(await rest.bookings(buyer)).toEqual([]);
  });

  it('is too large at a megabyte, and no other method is there', async () => {
    expect((await rest.post('x'.repeat(1_100_000), 'nonsense')).status).toBe(413);
    await rest.accounts.http().get('/api/webhooks/stripe').expect(405);
  });

  it('and a signed one without its object is not an event, and told apart', async () => {
    const thin = { id: 'evt_thin', object: 'v2.core.event', type: 'v1.billing.meter.error_report_triggered' };
    expect((await rest.post(JSON.stringify(thin))).body).toMatchObject({ detail: expect.stringContaining('snapshot events') });
  });

  it('leaves the signed one its effect, byte by byte as it came', async () => {
    const spaced = JSON.stringify(JSON.parse(payload()), null, 4).replace('"usd"', '"\\u0075sd"');
    expect((await rest.post(spaced).expect(200)).body).toEqual({ received: true });
    expect(await rest.bookings(buyer)).toEqual([['grant', 100]]);
  });
});
