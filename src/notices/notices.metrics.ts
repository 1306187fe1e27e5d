import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../telemetry/metrics.js';
import { NoticeDelivery } from './delivery/notice-delivery.service.js';
import { DeliveriesRepository } from './outbox/deliveries.repository.js';

/** Metrics of notices: attempts of this process, and what waits in PostgreSQL. */
@Injectable()
export class NoticesMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly delivery: NoticeDelivery,
    private readonly deliveries: DeliveriesRepository,
  ) {}

  onModuleInit(): void {
    this.metrics.add(this.delivery.sent);
    this.metrics.gauge({
      name: 'tallygate_notices_waiting',
      help: 'Notices that wait to be delivered, of all replicas',
      labels: ['channel'],
      read: async () => (await this.deliveries.waiting()).map(({ channel, waiting: value }) => ({ labels: { channel }, value })),
    });
  }
}
