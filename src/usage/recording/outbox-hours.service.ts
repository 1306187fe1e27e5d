import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { UsageOutboxRepository } from './usage-outbox.repository.js';

/** Several times an hour, so that one that fails is made up for by the next. */
const PAUSE_MS = 10 * 60_000;

/** Makes the tables of the outbox, one an hour, before their hour begins. */
@Injectable()
export class OutboxHours implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask('Usage', PAUSE_MS, () => this.outbox.addHours());

  constructor(private readonly outbox: UsageOutboxRepository) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.outbox.addHours();
    this.task.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }
}
