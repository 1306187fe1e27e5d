import { Controller, Headers, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBadRequestResponse, ApiBody, ApiHeader, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { ErrorDto } from '../../rest/error.dto.js';
import { WebhookAnswerDto } from '../checkout.dto.js';
import { StripeWebhook } from './stripe-webhook.service.js';

/** Receives Stripe's events. */
@ApiTags('Billing')
@Controller('api/webhooks')
export class StripeWebhookController {
  constructor(private readonly webhook: StripeWebhook) {}

  /**
   * Receives a signed event from Stripe. Answers once it is committed; after any other answer Stripe delivers it
   * again.
   */
  @Post('stripe')
  @HttpCode(200)
  @ApiHeader({ name: 'stripe-signature', description: 'Signature of the raw body', required: true })
  @ApiBody({ description: 'A Stripe event', schema: { type: 'object' } })
  @ApiBadRequestResponse({ description: 'Not signed by Stripe in the last five minutes', type: ErrorDto })
  @ApiNotFoundResponse({ description: 'Payments are not enabled; `detail.code` is `billing_not_enabled`', type: ErrorDto })
  async receive(@Req() { body }: Request, @Headers('stripe-signature') signature?: string): Promise<WebhookAnswerDto> {
    await this.webhook.receive(Buffer.isBuffer(body) ? body : Buffer.alloc(0), signature);
    return { received: true };
  }
}
