import type Stripe from 'stripe';
import type { CreditPack, SubscriptionOffer } from '../../config/billing-config.js';

/** What can be bought. */
export type Offer = { pack: CreditPack } | { subscription: SubscriptionOffer };

export interface CheckoutOrder {
  purchaseId: string;
  accountId: number;
  email: string;
  /** Stripe's id of the account's customer, if it has one. */
  customerId: string | undefined;
  offer: Offer;
  successUrl: string;
  cancelUrl: string;
}

/**
 * Parameters of a Stripe checkout. The purchase's id travels in the metadata of everything that results from it, so
 * that events in any order find the purchase; what was bought is read there, never from an event.
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
    // The payment must be exactly what was offered, to the cent and in its currency.
    adaptive_pricing: { enabled: false },
  };
}

function packItem({ name, price_id, unit_amount, currency }: CreditPack): Stripe.Checkout.SessionCreateParams.LineItem {
  if (price_id !== undefined) return { price: price_id, quantity: 1 };
  return { price_data: { currency: currency!, unit_amount: unit_amount!, product_data: { name } }, quantity: 1 };
}

/** Stripe refuses e-mail addresses that cannot exist on the internet, such as the first admin's `admin@localhost`. */
function payer({ customerId, email }: CheckoutOrder): { customer?: string; customer_email?: string } {
  if (customerId) return { customer: customerId };
  return /@[^@]+\.[^@.]+$/.test(email) ? { customer_email: email } : {};
}
