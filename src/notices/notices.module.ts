import { Module, type OnModuleInit } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { UserDeletion } from '../auth/users/user-deletion.service.js';
import { ServersModule } from '../servers/servers.module.js';
import { Webhooks } from './admin/webhooks.service.js';
import { WebhooksController } from './admin/webhooks.controller.js';
import { AlertCipher } from './alerts/alert-cipher.js';
import { AlertsController } from './alerts/alerts.controller.js';
import { AlertsRepository } from './alerts/alerts.repository.js';
import { Alerts } from './alerts/alerts.service.js';
import { UserWebhooks } from './alerts/user-webhooks.service.js';
import { InvitationMail } from './delivery/invitation-mail.service.js';
import { NoticeDelivery } from './delivery/notice-delivery.service.js';
import { NoticesMetrics } from './notices.metrics.js';
import { LimitWatch } from './occasions/limit-watch.service.js';
import { NoticeScan } from './occasions/notice-scan.service.js';
import { OccasionsRepository } from './occasions/occasions.repository.js';
import { ServerWatch } from './occasions/server-watch.service.js';
import { DeliveriesRepository } from './outbox/deliveries.repository.js';
import { NoticeCleanup } from './outbox/notice-cleanup.service.js';
import { NoticesRepository } from './outbox/notices.repository.js';
import { Recipients } from './outbox/recipients.js';
import { UserDeliveriesRepository } from './outbox/user-deliveries.repository.js';

/** Tells operators and users what they should know of, by webhooks and by mail: an outbox in PostgreSQL, delivered behind the calls. */
@Module({
  imports: [AccountsModule, AuthModule, ServersModule],
  controllers: [AlertsController, WebhooksController],
  providers: [
    AlertCipher,
    Alerts,
    AlertsRepository,
    DeliveriesRepository,
    InvitationMail,
    LimitWatch,
    NoticeCleanup,
    NoticeDelivery,
    NoticeScan,
    NoticesMetrics,
    NoticesRepository,
    OccasionsRepository,
    Recipients,
    ServerWatch,
    UserDeliveriesRepository,
    UserWebhooks,
    Webhooks,
  ],
})
export class NoticesModule implements OnModuleInit {
  constructor(
    private readonly deletion: UserDeletion,
    private readonly alerts: AlertsRepository,
  ) {}

  onModuleInit(): void {
    this.deletion.add((tx, { id }) => this.alerts.forget(tx, id));
  }
}
