import { Body, Controller, Get, Header, HttpCode, Post, Query, Req } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Request } from 'express';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import type { Principal } from '../auth/access/principal.js';
import { AppConfig } from '../config/app-config.js';
import { portalUrl } from '../rest/gateway-url.js';
import { ErrorDto } from '../rest/error.dto.js';
import { CheckoutDto, CheckoutSessionDto, PaymentPortalDto } from './checkout.dto.js';
import { PageQuery } from '../rest/page.dto.js';
import { OffersDto, PurchaseListDto } from './offers.dto.js';
import { CheckoutService } from './checkout.service.js';

/** Buying credits and tiers. */
@ApiTags('Billing')
@Authenticated()
@Controller('api/mcp/billing')
export class CheckoutController {
  constructor(
    private readonly checkouts: CheckoutService,
    private readonly config: AppConfig,
  ) {}

  /** What can be bought. */
  @Get('offers')
  offers(@CurrentPrincipal() { userId }: Principal): Promise<OffersDto> {
    return this.checkouts.offers(userId);
  }

  /** What the caller's account has bought, newest first; as it was offered then. */
  @Get('purchases')
  @ApiNotFoundResponse({ description: '`detail.code` is `mcp_not_enabled`', type: ErrorDto })
  purchases(@CurrentPrincipal() { userId }: Principal, @Query() query: PageQuery): Promise<PurchaseListDto> {
    return this.checkouts.bought(userId, query);
  }

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

  /**
   * Opens Stripe's page on which the caller sees their payments and invoices, and changes or ends their subscription. It leads back to
   * Credits in the portal.
   */
  @Post('portal')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiNotFoundResponse({ description: '`detail.code` is `billing_not_enabled` or `mcp_not_enabled`', type: ErrorDto })
  @ApiConflictResponse({ description: '`detail.code` is `no_payments`: Stripe has no customer for the account', type: ErrorDto })
  @ApiServiceUnavailableResponse({ description: 'Stripe cannot be reached', type: ErrorDto })
  async manage(@CurrentPrincipal() { userId }: Principal, @Req() request: Request): Promise<PaymentPortalDto> {
    return { url: await this.checkouts.manage(userId, portalUrl(request, this.config.values, 'credits')) };
  }
}
