import Stripe from 'stripe';

/** A request as Stripe would have got it. */
export interface StripeRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  form: Record<string, string>;
  timeoutMs: number;
}

/** How a request ends instead of with an answer. */
export type StripeFailure = 'reset' | 'timeout' | { status: number; code: string };

/** Prices as an operator made them at Stripe. */
const PRICES: Record<string, { amount: number; currency: string }> = {
  price_large: { amount: 4_000, currency: 'eur' },
  price_pro: { amount: 1_500, currency: 'usd' },
  price_enterprise: { amount: 9_900, currency: 'usd' },
};

/** Stripe as far as checkouts and its customer portal go, in memory: it keeps every request, and repeats its answer to an idempotency key. */
export class FakeStripe extends Stripe.HttpClient {
  readonly requests: StripeRequest[] = [];
  /** The next requests end so. */
  readonly failures: StripeFailure[] = [];
  private readonly sessions = new Map<string, object>();

  override getClientName(): string {
    return 'fake';
  }

  override async makeRequest(
    ...[, , path, method, headers, data, , timeoutMs]: Parameters<Stripe.HttpClient['makeRequest']>
  ): Promise<Stripe.HttpClientResponse> {
    const form = Object.fromEntries(new URLSearchParams(data));
    this.requests.push({ method, path, headers: headers as Record<string, string>, form, timeoutMs });
    const failure = this.failures.shift();
    if (failure === 'timeout') throw Stripe.HttpClient.makeTimeoutError();
    if (failure === 'reset') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    if (failure) return new FakeAnswer(failure.status, { error: { type: 'invalid_request_error', ...failure, message: 'No' } });
    if (path === '/v1/billing_portal/sessions') return new FakeAnswer(200, portalOf(form));
    return new FakeAnswer(200, this.sessionFor((headers as Record<string, string>)['Idempotency-Key']!, form));
  }

  private sessionFor(key: string, form: Record<string, string>): object {
    const known = this.sessions.get(key);
    if (known) return known;
    const id = `cs_test_${key.replaceAll('-', '')}`;
    const price = PRICES[form['line_items[0][price]'] ?? ''];
    const session = {
      id,
      object: 'checkout.session',
      url: `https://checkout.stripe.com/c/pay/${id}`,
      amount_total: price?.amount ?? Number(form['line_items[0][price_data][unit_amount]']),
      currency: price?.currency ?? form['line_items[0][price_data][currency]'],
    };
    this.sessions.set(key, session);
    return session;
  }
}

/** A page of a customer's payments. */
const portalOf = ({ customer, return_url }: Record<string, string>) => ({
  ...{ id: 'bps_test', object: 'billing_portal.session', customer, return_url },
  url: `https://billing.stripe.com/p/session/${customer}`,
});

class FakeAnswer extends Stripe.HttpClientResponse {
  constructor(
    status: number,
    private readonly body: object,
  ) {
    super(status, { 'request-id': 'req_fake' });
  }

  override getRawResponse(): object {
    return this.body;
  }

  override toJSON(): Promise<object> {
    return Promise.resolve(this.body);
  }
}
