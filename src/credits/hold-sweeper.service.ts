import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../common/concurrency/periodic-task.js';
import { AppConfig } from '../config/app-config.js';
import { CreditRepository, type SweptBatch } from './credit.repository.js';

/** Pause between two sweeps. */
const PAUSE_MS = 5_000;
/** Holds or accounts in one statement, whose accounts are locked together: a few milliseconds. */
const BATCH_MAX = 200;

/**
 * Releases holds of calls that never settled, collects what accounts owe from credits that calls held until then, and
 * refills accounts nobody calls with. Every replica sweeps: the database
 * decides by its own clock, so any number of them, at any time, do it once.
 */
@Injectable()
export class HoldSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask('Credits', PAUSE_MS, async () => {
    await this.sweep();
  });

  constructor(
    private readonly repository: CreditRepository,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  /** Does everything that is due, and returns how much that was. */
  async sweep(): Promise<{ expired: number; collected: number; refilled: number }> {
    const expired = await this.inBatches(() => this.repository.expireHolds(BATCH_MAX));
    const collected = await this.inBatches(() => this.repository.collectDebts(BATCH_MAX));
    const refilled = await this.inBatches(() => this.repository.refillDue(BATCH_MAX, this.config.values.tiers));
    return { expired, collected, refilled };
  }

  /** What was found but not done has been done by another replica or a call. */
  private async inBatches(batch: () => Promise<SweptBatch>): Promise<number> {
    let total = 0;
    await this.task.untilDone(async () => {
      const { found, done } = await batch();
      total += done;
      return found;
    });
    return total;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }
}
