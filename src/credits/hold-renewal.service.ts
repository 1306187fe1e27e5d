import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { PeriodicTask } from '../common/concurrency/periodic-task.js';
import { AppConfig } from '../config/app-config.js';
import { CreditRepository } from './credit.repository.js';

/** Holds in one statement, whose accounts are locked together. */
const BATCH_MAX = 200;

/**
 * Keeps the holds of calls that run here alive until they are settled, so that a hold lives as long as its call, however long its
 * tool takes, its caller thinks or its settlement waits for PostgreSQL (docs/adr/0009-exact-credits.md). A hold whose gateway died
 * is renewed by nobody, and expires.
 */
@Injectable()
export class HoldRenewal implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly holdMs: number;
  private readonly task: PeriodicTask;
  /** When the hold of each running call was renewed, monotonic clock, ms; the oldest first. */
  private readonly renewedAt = new Map<string, number>();

  constructor(
    private readonly repository: CreditRepository,
    private readonly clock: Clock,
    config: AppConfig,
  ) {
    this.holdMs = 1_000 * config.values.credits.hold_seconds;
    this.task = new PeriodicTask('Credits', this.holdMs / 8, () => this.renewDue());
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  /** Calls have ended by now. */
  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** The credits of a call are held from now on, for `credits.hold_seconds` at first. */
  begin(eventId: string): void {
    this.renewedAt.set(eventId, this.clock.monotonic());
  }

  /** The call is settled, or will never be: its hold is not renewed any more. */
  end(eventId: string): void {
    this.renewedAt.delete(eventId);
  }

  /** Renews, in batches, what has lived for a third of its time, and what could not be renewed before. */
  private async renewDue(): Promise<void> {
    const before = this.clock.monotonic() - this.holdMs / 3;
    const due: string[] = [];
    for (const [eventId, renewedAt] of this.renewedAt) {
      if (renewedAt > before) break;
      due.push(eventId);
    }
    for (let from = 0; from < due.length; from += BATCH_MAX) await this.renew(due.slice(from, from + BATCH_MAX));
  }

  private async renew(eventIds: string[]): Promise<void> {
    const asked = this.clock.monotonic();
    await this.repository.renewHolds(eventIds, this.holdMs);
    for (const eventId of eventIds) {
      if (this.renewedAt.delete(eventId)) this.renewedAt.set(eventId, asked);
    }
  }
}
