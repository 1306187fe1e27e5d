import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import type { Principal } from '../auth/access/principal.js';
import { ErrorDto } from '../rest/error.dto.js';
import { CheckoutDto, CheckoutSessionDto } from './checkout.dto.js';
import { CheckoutService } from './checkout.service.js';

/** Buying credits and tiers. */
@ApiTags('Billing')
@Authenticated()
@Controller('api/mcp/billing')
export class CheckoutController {
  constructor(private readonly checkouts: CheckoutService) {}

  /**
   * Starts a checkout on Stripe's payment page. The credits or the tier are granted once Stripe reports the payment.
   */
  @Post('checkout')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiBadRequestResponse({ description: 'Must name one pack or one tier that is on offer', type: ErrorDto })
  @ApiNotFoundResponse({ description: '`detail.code` is `billing_not_enabled` or `mcp_not_enabled`', type: ErrorDto })
  @ApiConflictResponse({ description: 'The account has a subscription already', type: ErrorDto })
  @ApiServiceUnavailableResponse({ description: 'Stripe cannot be reached', type: ErrorDto })
  checkout(@CurrentPrincipal() { userId }: Principal, @Body() choice: CheckoutDto): Promise<CheckoutSessionDto> {
    return this.checkouts.start(userId, choice);
  }
}
