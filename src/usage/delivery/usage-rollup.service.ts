import { Injectable } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { DirtyHoursRepository } from './dirty-hours.repository.js';
import { UsageCountsRepository } from '../reports/usage-counts.repository.js';

/** Between two attempts to find hours of earlier releases. */
const LOOK_MS = 60_000;

/**
 * Keeps the hourly rollup true: recomputes closed hours whose rows have changed, each as a whole.
 * Runs in the deliverer, between batches: while a batch is half sent, an hour it touches must stay marked.
 */
@Injectable()
export class UsageRollup {
  private readonly logger = loggerFor('Usage');
  /** Hours of earlier releases, oldest first; asked for once. */
  private outdated: string[] | undefined;
  /** Monotonic, ms. */
  private pausedUntil = 0;

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

  /**
   * Recomputes the newest hour that an earlier release has counted, which did not know all that is counted now; false when there is none.
   * Its old counts are right and are read meanwhile, so it is not marked. One that fails is tried again by the next start.
   */
  async renewNext(): Promise<boolean> {
    const hour = await this.nextOutdated();
    if (hour === undefined) return false;
    await this.orWarn(`The hour ${hour} of an earlier release is not counted anew`, async () => {
      await this.counts.recompute(hour, await this.dirtyHours.nextVersion());
    });
    if (this.outdated?.length === 0) this.logger.log('All hours of earlier releases are counted anew');
    return true;
  }

  private async nextOutdated(): Promise<string | undefined> {
    if (!this.outdated && performance.now() >= this.pausedUntil) {
      this.pausedUntil = performance.now() + LOOK_MS;
      await this.orWarn('Hours of earlier releases are not found', async () => {
        this.outdated = await this.counts.findOutdated();
      });
    }
    return this.outdated?.pop();
  }

  /** Nothing of this is urgent, so that it must not hold up delivery. */
  private async orWarn(words: string, work: () => Promise<void>): Promise<void> {
    await work().catch((error: Error) => this.logger.warn(`${words}: ${error.message}`));
  }
}
