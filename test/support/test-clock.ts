import { Clock } from '../../src/common/clock.js';

/** Time that moves when a test says so. */
export class TestClock extends Clock {
  private readonly startedAt = Date.UTC(2026, 0, 1);
  private passedMs = 1;

  now(): number {
    return this.startedAt + this.passedMs;
  }

  monotonic(): number {
    return this.passedMs;
  }

  advance(ms: number): void {
    this.passedMs += ms;
  }
}
