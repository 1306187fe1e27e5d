import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ServersModule } from '../servers/servers.module.js';
import { Webhooks } from './admin/webhooks.service.js';
import { WebhooksController } from './admin/webhooks.controller.js';
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

/** Tells operators and users what they should know of, by webhooks and by mail: an outbox in PostgreSQL, delivered behind the calls. */
@Module({
  imports: [AuthModule, ServersModule],
  controllers: [WebhooksController],
  providers: [
    DeliveriesRepository,
    LimitWatch,
    NoticeCleanup,
    NoticeDelivery,
    NoticeScan,
    NoticesMetrics,
    NoticesRepository,
    OccasionsRepository,
    Recipients,
    ServerWatch,
    Webhooks,
  ],
})
export class NoticesModule {}
