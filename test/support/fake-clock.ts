import { Clock } from '../../src/common/clock.js';

/** Both clocks of the application, standing still until they are moved. */
export class FakeClock extends Clock {
  private elapsedMs = 0;
  private sleptMs = 0;

  constructor(private readonly startedAt = Date.now()) {
    super();
  }

  now(): number {
    return this.startedAt + this.elapsedMs + this.sleptMs;
  }

  monotonic(): number {
    return this.elapsedMs;
  }

  advance(ms: number): void {
    this.elapsedMs += ms;
  }

  /** As when the machine is suspended: the wall clock goes on, the monotonic one does not. */
  sleep(ms: number): void {
    this.sleptMs += ms;
  }
}
