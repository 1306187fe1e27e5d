import { Inject, Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { TallygateError } from '../common/tallygate-error.js';
import { AppConfig } from '../config/app-config.js';
import type { StripeEvent } from './stripe-event.js';

/** Stripe itself gives up on requests after a while; a person waits for this one. */
const TIMEOUT_MS = 8_000;
/** The library waits up to two seconds between tries, and repeats the idempotency key. */
const RETRIES_MAX = 2;
/** Older signatures are refused, so that a delivery somebody recorded cannot be played again. */
const SIGNATURE_TOLERANCE_SECONDS = 300;

/** A checkout that waits for its payer. */
export interface OpenedCheckout {
  sessionId: string;
  /** Where a browser pays. */
  url: string;
  /** What Stripe will ask for, in the currency's smallest unit. */
  amount: number;
  currency: string;
}

/** Stripe's own library, as configured. Its way to the network is injected, so that tests need none. */
@Injectable()
export class StripeClient {
  private readonly stripe: Stripe | undefined;

  constructor(
    private readonly config: AppConfig,
    @Inject(Stripe.HttpClient) httpClient: Stripe.HttpClient,
  ) {
    const { enabled, stripe_secret_key: key } = config.values.billing;
    const settings = { httpClient, timeout: TIMEOUT_MS, maxNetworkRetries: RETRIES_MAX, telemetry: false };
    this.stripe = enabled ? new Stripe(key!, settings) : undefined;
  }

  /** @throws NOT_FOUND `billing_not_enabled` */
  requireEnabled(): Stripe {
    if (this.stripe) return this.stripe;
    const message = 'Payments are not enabled on this gateway.';
    throw new TallygateError('NOT_FOUND', message, { detail: { code: 'billing_not_enabled', message } });
  }

  /** @throws UNAVAILABLE when Stripe cannot be reached or does not take it; the log says why. */
  async openCheckout(params: Stripe.Checkout.SessionCreateParams, idempotencyKey: string): Promise<OpenedCheckout> {
    const stripe = this.requireEnabled();
    try {
      const { id, url, amount_total, currency } = await stripe.checkout.sessions.create(params, { idempotencyKey });
      if (url && amount_total !== null && currency) return { sessionId: id, url, amount: amount_total, currency };
      throw new Error(`Checkout ${id} came without a page or without an amount`);
    } catch (cause) {
      throw new TallygateError('UNAVAILABLE', 'The payment cannot be started right now. Try again in a moment.', {
        retryAfterSeconds: 5,
        cause,
      });
    }
  }

  /** @throws NOT_FOUND while billing is off; BAD_REQUEST unless Stripe signed exactly this within the last five minutes. */
  readSigned(body: Buffer, signature: string | undefined): StripeEvent {
    const stripe = this.requireEnabled();
    const secret = this.config.values.billing.stripe_webhook_secret!;
    try {
      return stripe.webhooks.constructEvent(body, signature ?? '', secret, SIGNATURE_TOLERANCE_SECONDS) as unknown as StripeEvent;
    } catch {
      throw new TallygateError('BAD_REQUEST', signature ? 'Invalid Stripe-Signature' : 'Missing Stripe-Signature header');
    }
  }
}
