import { Module, type OnModuleInit } from '@nestjs/common';
import type Stripe from 'stripe';
import { AccountsModule } from '../accounts/accounts.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { UserDeletion } from '../auth/users/user-deletion.service.js';
import { AppConfig } from '../config/app-config.js';
import { CreditsModule } from '../credits/credits.module.js';
import { TariffModule } from '../tariff/tariff.module.js';
import { BillingAccountsRepository } from './billing-accounts.repository.js';
import { BillingEventsRepository } from './stripe/billing-events.repository.js';
import { BillingSweeper } from './billing-sweeper.service.js';
import { CheckoutController } from './checkout.controller.js';
import { CheckoutService } from './checkout.service.js';
import { PackPayments } from './pack-payments.service.js';
import { PurchasesRepository } from './purchases.repository.js';
import { ReversalsRepository } from './reversals/reversals.repository.js';
import { Reversals } from './reversals/reversals.service.js';
import { STRIPE_HTTP_CLIENT, StripeClient } from './stripe/stripe-client.js';
import { StripeWebhookController } from './stripe/stripe-webhook.controller.js';
import { StripeWebhook } from './stripe/stripe-webhook.service.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';
import { Subscriptions } from './subscriptions.service.js';

/** Payments with Stripe: packs of credits, and tiers by subscription (docs/adr/0011-payments.md). */
@Module({
  imports: [AccountsModule, AuthModule, CreditsModule, TariffModule],
  controllers: [CheckoutController, StripeWebhookController],
  providers: [
    { provide: STRIPE_HTTP_CLIENT, useFactory: () => undefined },
    {
      provide: StripeClient,
      inject: [AppConfig, STRIPE_HTTP_CLIENT],
      useFactory: (config: AppConfig, httpClient?: Stripe.HttpClient) => StripeClient.open(config, httpClient),
    },
    BillingAccountsRepository,
    BillingEventsRepository,
    BillingSweeper,
    CheckoutService,
    PackPayments,
    PurchasesRepository,
    Reversals,
    ReversalsRepository,
    StripeWebhook,
    SubscriptionsRepository,
    Subscriptions,
  ],
})
export class BillingModule implements OnModuleInit {
  constructor(
    private readonly deletion: UserDeletion,
    private readonly subscriptions: Subscriptions,
  ) {}

  onModuleInit(): void {
    this.deletion.add((tx, leaver) => this.subscriptions.demandNone(tx, leaver));
  }
}
