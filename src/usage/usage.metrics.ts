import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../telemetry/metrics.js';
import { UsageDelivery } from './delivery/usage-delivery.service.js';
import { CallStreams } from './live/call-streams.service.js';
import { UsageRecorder } from './recording/usage-recorder.service.js';
import { UsageStatus, type UsageNumbers } from './delivery/usage-status.service.js';

/** Where usage events are, of all replicas together, and what this one does with them. */
@Injectable()
export class UsageMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly status: UsageStatus,
    private readonly recorder: UsageRecorder,
    private readonly delivery: UsageDelivery,
    private readonly streams: CallStreams,
  ) {}

  onModuleInit(): void {
    this.ofAllReplicas();
    this.ofThisProcess();
  }

  /** One count in PostgreSQL for all of them, so that accepted = delivered + rejected + pending on every scrape. */
  private ofAllReplicas(): void {
    const read = (number: (numbers: UsageNumbers) => number) => async () => number(await this.status.read());
    const { metrics } = this;
    const name = (end: string) => `tallygate_usage_${end}`;
    metrics.counter({
      name: name('accepted_total'),
      help: 'Usage events ever recorded, of all replicas',
      read: read(({ accepted }) => accepted),
    });
    metrics.counter({
      name: name('delivered_total'),
      help: 'Usage events ever delivered to ClickHouse, of all replicas',
      read: read(({ delivered }) => delivered),
    });
    metrics.gauge({
      name: name('rejected'),
      help: 'Usage events that ClickHouse refused, in mcp.usage_rejected, of all replicas',
      read: read(({ rejected }) => rejected),
    });
    metrics.counter({
      name: name('healed_total'),
      help: 'Usage events that ClickHouse had lost and was given once more, of all replicas',
      read: read(({ healed }) => healed),
    });
    metrics.gauge({
      name: name('lost'),
      help: 'Usage events that ClickHouse has lost and the outbox no longer has, of all replicas',
      read: read(({ lost }) => lost),
    });
    metrics.gauge({
      name: name('outbox_rows'),
      help: 'Usage events waiting in PostgreSQL, of all replicas',
      read: read(({ pending }) => pending),
    });
    metrics.gauge({
      name: name('outbox_oldest_seconds'),
      help: 'Age of the usage event that has waited longest; 0 when none waits',
      read: read(({ oldest_pending_ms }) => oldest_pending_ms / 1_000),
    });
  }

  private ofThisProcess(): void {
    this.metrics.counter({
      name: 'tallygate_usage_recorded_total',
      help: 'Usage events this process has committed to PostgreSQL',
      read: () => this.recorder.recorded,
    });
    this.metrics.gauge({
      name: 'tallygate_usage_queue_depth',
      help: 'Usage events waiting in this process to be committed',
      read: () => this.recorder.depth,
    });
    this.metrics.counter({
      name: 'tallygate_usage_delivery_failures_total',
      help: 'Failed rounds of delivery to ClickHouse in this process',
      read: () => this.delivery.failures,
    });
    this.metrics.gauge({
      name: 'tallygate_usage_streams',
      help: 'Open streams of calls of this process',
      read: () => this.streams.count,
    });
    this.metrics.gauge({
      name: 'tallygate_usage_is_delivering',
      help: '1 in the one process that delivers, else 0',
      read: async () => Number((await this.status.read()).is_delivering),
    });
  }
}
