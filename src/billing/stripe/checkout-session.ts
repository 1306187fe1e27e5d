import type Stripe from 'stripe';
import type { CreditPack, SubscriptionOffer } from '../../config/billing-config.js';

/** What can be bought. */
export type Offer = { pack: CreditPack } | { subscription: SubscriptionOffer };

export interface CheckoutOrder {
  purchaseId: string;
  accountId: number;
  email: string;
  /** Stripe's name of the account, where it has one. */
  customerId: string | undefined;
  offer: Offer;
  successUrl: string;
  cancelUrl: string;
}

/**
 * A checkout as Stripe is asked for it. The purchase's id travels in the metadata of all that comes of it, so that events
 * of any order find the purchase; what was bought is looked up there, never read from an event.
 */
export function checkoutParams(order: CheckoutOrder): Stripe.Checkout.SessionCreateParams {
  const { purchaseId, accountId, offer, successUrl, cancelUrl } = order;
  const metadata = { purchase_id: purchaseId };
  return {
    client_reference_id: String(accountId),
    metadata,
    ...payer(order),
    ...('pack' in offer
      ? { mode: 'payment', line_items: [packItem(offer.pack)], payment_intent_data: { metadata } }
      : {
          mode: 'subscription',
          line_items: [{ price: offer.subscription.price_id, quantity: 1 }],
          subscription_data: { metadata },
        }),
    success_url: successUrl,
    cancel_url: cancelUrl,
    // What comes must be what was offered, to the cent and in its currency.
    adaptive_pricing: { enabled: false },
  };
}

function packItem({ name, price_id, unit_amount, currency }: CreditPack): Stripe.Checkout.SessionCreateParams.LineItem {
  if (price_id !== undefined) return { price: price_id, quantity: 1 };
  return { price_data: { currency: currency!, unit_amount: unit_amount!, product_data: { name } }, quantity: 1 };
}

/** Stripe refuses an address that can be nobody's on the internet, as the first admin's may be. */
function payer({ customerId, email }: CheckoutOrder): { customer?: string; customer_email?: string } {
  if (customerId) return { customer: customerId };
  return /@[^@]+\.[^@.]+$/.test(email) ? { customer_email: email } : {};
}
