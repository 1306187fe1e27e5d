import { IsOptional, IsString, Length } from 'class-validator';
import { BodyExample } from '../rest/openapi/body-example.js';

/** What to buy: either a pack of credits or a tier. */
@BodyExample<CheckoutDto>({ pack: 'starter' })
export class CheckoutDto {
  /** The id of a pack in the gateway's settings. */
  @IsOptional()
  @IsString()
  @Length(1, 64)
  pack?: string;

  /** A tier to subscribe to. */
  @IsOptional()
  @IsString()
  @Length(1, 64)
  tier?: string;
}

/** An open checkout. */
export class CheckoutSessionDto {
  /** Stripe's page to pay on. */
  checkout_url!: string;
  /** Stripe's id of the checkout session. */
  session_id!: string;
}

/** Stripe's page of a customer's payments and subscription. */
export class PaymentPortalDto {
  /** Good for some minutes, for whoever has it. */
  url!: string;
}

/** The answer to Stripe's webhook. */
export class WebhookAnswerDto {
  received!: boolean;
}
