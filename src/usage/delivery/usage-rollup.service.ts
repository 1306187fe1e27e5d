import { Injectable } from '@nestjs/common';
import { DirtyHoursRepository } from './dirty-hours.repository.js';
import { UsageCountsRepository } from '../reports/usage-counts.repository.js';

/**
 * Keeps the hourly rollup true: recomputes closed hours whose rows have changed, each as a whole.
 * Runs in the deliverer, between batches: while a batch is half sent, an hour it touches must stay marked.
 */
@Injectable()
export class UsageRollup {
  constructor(
    private readonly dirtyHours: DirtyHoursRepository,
    private readonly counts: UsageCountsRepository,
  ) {}

  /** Recomputes one hour; false when none is left to do. A crash in between leaves it marked, and it is done again. */
  async next(): Promise<boolean> {
    const dirty = await this.dirtyHours.findClosed();
    if (!dirty) return false;
    await this.counts.recompute(dirty.hour, dirty.nextVersion);
    await this.dirtyHours.clear(dirty);
    return true;
  }
}
