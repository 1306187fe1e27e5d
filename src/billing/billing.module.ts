import { Module } from '@nestjs/common';
import Stripe from 'stripe';
import { AccountsModule } from '../accounts/accounts.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { CreditsModule } from '../credits/credits.module.js';
import { BillingAccountsRepository } from './billing-accounts.repository.js';
import { BillingEventsRepository } from './billing-events.repository.js';
import { BillingSweeper } from './billing-sweeper.service.js';
import { CheckoutController } from './checkout.controller.js';
import { CheckoutService } from './checkout.service.js';
import { PackPayments } from './pack-payments.service.js';
import { PurchasesRepository } from './purchases.repository.js';
import { StripeClient } from './stripe-client.js';
import { StripeWebhookController } from './stripe-webhook.controller.js';
import { StripeWebhook } from './stripe-webhook.service.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';
import { Subscriptions } from './subscriptions.service.js';

/** Payments with Stripe: packs of credits, and tiers by subscription (docs/adr/0011-payments.md). */
@Module({
  imports: [AccountsModule, AuthModule, CreditsModule],
  controllers: [CheckoutController, StripeWebhookController],
  providers: [
    { provide: Stripe.HttpClient, useFactory: () => Stripe.createNodeHttpClient() },
    BillingAccountsRepository,
    BillingEventsRepository,
    BillingSweeper,
    CheckoutService,
    PackPayments,
    PurchasesRepository,
    StripeClient,
    StripeWebhook,
    SubscriptionsRepository,
    Subscriptions,
  ],
})
export class BillingModule {}
