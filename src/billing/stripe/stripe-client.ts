import type Stripe from 'stripe';
import { TallygateError } from '../../common/tallygate-error.js';
import type { AppConfig } from '../../config/app-config.js';
import type { StripeEvent } from './stripe-event.js';

/** Stripe gives up on a request much later; here a person waits. */
const TIMEOUT_MS = 8_000;
/** The library waits up to two seconds between attempts, and repeats the idempotency key. */
const RETRIES_MAX = 2;
/** Older signatures are refused, so that a recorded delivery cannot be replayed. */
const SIGNATURE_TOLERANCE_SECONDS = 300;

/** An open checkout. */
export interface OpenedCheckout {
  sessionId: string;
  /** The page to pay on. */
  url: string;
  /** The amount Stripe will charge, in the currency's smallest unit. */
  amount: number;
  currency: string;
}

/** Replaces the library's own HTTP client, so that tests need no network. */
export const STRIPE_HTTP_CLIENT = Symbol('STRIPE_HTTP_CLIENT');

/** Stripe's library, configured. */
export class StripeClient {
  private constructor(
    private readonly config: AppConfig,
    private readonly stripe: Stripe | undefined,
  ) {}

  /** With billing off, the library (20 MB in memory) is not loaded. */
  static async open(config: AppConfig, httpClient?: Stripe.HttpClient): Promise<StripeClient> {
    const { enabled, stripe_secret_key: key } = config.values.billing;
    if (!enabled) return new StripeClient(config, undefined);
    const { default: Library } = await import('stripe');
    const settings = { timeout: TIMEOUT_MS, maxNetworkRetries: RETRIES_MAX, telemetry: false, ...(httpClient && { httpClient }) };
    return new StripeClient(config, new Library(key!, settings));
  }

  /** @throws NOT_FOUND `billing_not_enabled` */
  requireEnabled(): Stripe {
    if (this.stripe) return this.stripe;
    const message = 'Payments are not enabled on this gateway.';
    throw new TallygateError('NOT_FOUND', message, { detail: { code: 'billing_not_enabled', message } });
  }

  /** @throws UNAVAILABLE when Stripe cannot be reached or refuses; the log says why */
  openCheckout(params: Stripe.Checkout.SessionCreateParams, idempotencyKey: string): Promise<OpenedCheckout> {
    return this.asked('The payment cannot be started right now.', async (stripe) => {
      const { id, url, amount_total, currency } = await stripe.checkout.sessions.create(params, { idempotencyKey });
      if (url && amount_total !== null && currency) return { sessionId: id, url, amount: amount_total, currency };
      throw new Error(`Checkout ${id} has no URL or no amount`);
    });
  }

  /**
   * A page of Stripe's on which a customer sees what they paid, and changes or ends what they subscribed to. Good for some minutes.
   * @throws UNAVAILABLE as `openCheckout`
   */
  openPortal(customer: string, returnUrl: string): Promise<string> {
    return this.asked("Stripe's page cannot be opened right now.", async (stripe) => {
      return (await stripe.billingPortal.sessions.create({ customer, return_url: returnUrl })).url;
    });
  }

  private async asked<Answer>(failed: string, ask: (stripe: Stripe) => Promise<Answer>): Promise<Answer> {
    const stripe = this.requireEnabled();
    try {
      return await ask(stripe);
    } catch (cause) {
      throw new TallygateError('UNAVAILABLE', `${failed} Try again in a moment.`, { retryAfterSeconds: 5, cause });
    }
  }

  /**
   * @throws NOT_FOUND while billing is off; BAD_REQUEST unless Stripe signed exactly this body within the last five
   * minutes, and it is an event with its object
   */
  readSigned(body: Buffer, signature: string | undefined): StripeEvent {
    const stripe = this.requireEnabled();
    const secret = this.config.values.billing.stripe_webhook_secret!;
    try {
      return stripe.webhooks.constructEvent(body, signature ?? '', secret, SIGNATURE_TOLERANCE_SECONDS) as unknown as StripeEvent;
    } catch (error) {
      if ((error as { type?: string }).type !== 'StripeSignatureVerificationError') throw notSnapshot();
      throw new TallygateError('BAD_REQUEST', signature ? 'Invalid Stripe-Signature' : 'Missing Stripe-Signature header');
    }
  }
}

/** Stripe's "thin" events carry no object. */
const notSnapshot = () =>
  new TallygateError('BAD_REQUEST', 'Not an event with its object. Choose snapshot events for this endpoint at Stripe.');
