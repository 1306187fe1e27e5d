import { Clock } from '../../src/common/clock.js';

/** Time that moves when a test says so. */
export class TestClock extends Clock {
  private readonly startedAt = Date.UTC(2026, 0, 1);
  private passedMs = 1;
  private sleptMs = 0;

  now(): number {
    return this.startedAt + this.passedMs + this.sleptMs;
  }

  monotonic(): number {
    return this.passedMs;
  }

  advance(ms: number): void {
    this.passedMs += ms;
  }

  /** As when the machine is suspended: the wall clock goes on, the monotonic one does not. */
  sleep(ms: number): void {
    this.sleptMs += ms;
  }
}
