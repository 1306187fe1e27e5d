import { Controller, Headers, HttpCode, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { WebhookAnswerDto } from '../checkout.dto.js';
import { StripeWebhook } from './stripe-webhook.service.js';

/** Receives Stripe's events. Nobody else can sign one, so the API document does not have it. */
@ApiExcludeController()
@Controller('api/webhooks')
export class StripeWebhookController {
  constructor(private readonly webhook: StripeWebhook) {}

  /**
   * Receives a signed event from Stripe. Answers once it is committed; after any other answer Stripe delivers it
   * again.
   */
  @Post('stripe')
  @HttpCode(200)
  async receive(@Req() { body }: Request, @Headers('stripe-signature') signature?: string): Promise<WebhookAnswerDto> {
    await this.webhook.receive(Buffer.isBuffer(body) ? body : Buffer.alloc(0), signature);
    return { received: true };
  }
}
