import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { DeliveryLock } from './delivery-lock.js';
import { UsageOutboxRepository, type Backlog } from '../recording/usage-outbox.repository.js';
import { UsageRecorder } from '../recording/usage-recorder.service.js';

/** How long an answer is reused: long enough that counting a huge backlog takes at most a tenth of one core. */
const REUSE_MIN_MS = 500;
const REUSE_FACTOR = 10;

/** Where usage events are. `accepted = delivered + rejected + pending`, over all replicas and for all time. */
export interface UsageNumbers extends Backlog {
  accepted: number;
  /** Events this process made durable since it started. */
  recorded_here: number;
  /** Whether this process is the one that delivers. */
  is_delivering: boolean;
}

/** Numbers for `/health` and `/metrics`. */
@Injectable()
export class UsageStatus {
  private backlog: Promise<Backlog> | undefined;
  /** Monotonic, ms. */
  private reusedUntil = 0;

  constructor(
    private readonly outbox: UsageOutboxRepository,
    private readonly recorder: UsageRecorder,
    private readonly lock: DeliveryLock,
    private readonly clock: Clock,
  ) {}

  /** @throws Error when PostgreSQL is away. */
  async read(): Promise<UsageNumbers> {
    const backlog = await this.current();
    const accepted = backlog.delivered + backlog.rejected + backlog.pending;
    return { accepted, ...backlog, recorded_here: this.recorder.recorded, is_delivering: this.lock.isHeld };
  }

  private current(): Promise<Backlog> {
    if (!this.backlog || this.clock.monotonic() >= this.reusedUntil) this.backlog = this.count();
    return this.backlog;
  }

  private async count(): Promise<Backlog> {
    this.reusedUntil = Infinity; // whoever asks meanwhile gets the same count
    const started = this.clock.monotonic();
    try {
      return await this.outbox.backlog();
    } catch (error) {
      this.backlog = undefined;
      throw error;
    } finally {
      const took = this.clock.monotonic() - started;
      this.reusedUntil = started + Math.max(REUSE_MIN_MS, REUSE_FACTOR * took);
    }
  }
}
