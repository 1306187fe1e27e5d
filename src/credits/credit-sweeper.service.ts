import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../common/concurrency/periodic-task.js';
import { Tariff } from '../tariff/tariff.js';
import { CreditRepository, type SweptBatch } from './credit.repository.js';
import { LeasesRepository } from './leases/leases.repository.js';

/** Pause between two sweeps. */
const PAUSE_MS = 5_000;
/** Accounts in one statement, which are locked together: a few milliseconds. */
const BATCH_MAX = 200;

/**
 * Does what no call does:
 * - credits that a replica held are released when it is gone, those that a call held when it is overdue;
 * - what accounts owe is collected once calls no longer hold the credits for it;
 * - accounts that nobody calls with are refilled;
 * - accounts whose tier gives more than before are topped up.
 *
 * Every replica sweeps. The database decides by its own clock what is due, so that each of it is done once.
 */
@Injectable()
export class CreditSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask('Credits', PAUSE_MS, async () => {
    await this.sweep();
  });
  /** Replicas that were silent for too long in the last sweep. One that could not reach PostgreSQL has until the next one. */
  private overdue: number[] = [];

  constructor(
    private readonly repository: CreditRepository,
    private readonly leases: LeasesRepository,
    private readonly tariff: Tariff,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
    this.tariff.onChange(() => this.task.nudge());
  }

  /** Does everything that is due, and returns how much that was. */
  async sweep(): Promise<{ expired: number; collected: number; refilled: number; raised: number }> {
    this.overdue = await this.leases.closeReplicas(this.overdue);
    const released = await this.inBatches(() => this.repository.releaseLeases(BATCH_MAX));
    const expired = await this.inBatches(() => this.repository.expireHolds(BATCH_MAX));
    const collected = await this.inBatches(() => this.repository.collectDebts(BATCH_MAX));
    const refilled = await this.inBatches(() => this.repository.refillDue(BATCH_MAX, this.tariff.tiers));
    const raised = await this.inBatches(() => this.repository.raiseAllocations(BATCH_MAX, this.tariff.tiers));
    return { expired: released + expired, collected, refilled, raised };
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
