import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { AppConfig } from '../../config/app-config.js';
import { GIVEN_UP_AFTER_MS } from '../delivery/retry-plan.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { NoticesRepository } from './notices.repository.js';

const PAUSE_MS = 600_000;
/** Most rows in one statement. */
const BATCH_MAX = 1_000;

/** Gives up what waits too long, and forgets old notices. Runs also when nothing is configured, since something was before. */
@Injectable()
export class NoticeCleanup implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask('Notices', PAUSE_MS, () => this.sweep());

  constructor(
    private readonly notices: NoticesRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  async sweep(): Promise<void> {
    const { keep_days } = this.config.values.notices;
    await this.task.untilDone(() => this.deliveries.giveUp(GIVEN_UP_AFTER_MS, BATCH_MAX));
    await this.task.untilDone(() => this.notices.deleteOld(keep_days, BATCH_MAX));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }
}
