import { type Logger } from '@nestjs/common';
import { loggerFor, type LogContext } from '../log-contexts.js';

/**
 * Runs one asynchronous task again and again with a pause in between, never twice at once.
 * A failing run is logged and the next one comes after the same pause; `stop` waits for the run in flight.
 */
export class PeriodicTask {
  private readonly logger: Logger;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    name: LogContext,
    private readonly pauseMs: number,
    private readonly task: () => Promise<void>,
  ) {
    this.logger = loggerFor(name);
  }

  start(): void {
    this.schedule(this.pauseMs);
  }

  /** Runs now instead of after the pause, unless a run is in flight. */
  nudge(): void {
    if (!this.running && !this.stopped) this.schedule(0);
  }

  /** Part of a run: repeats a batch of work until it finds nothing more to do, or the task is to stop. */
  async untilDone(batch: () => Promise<number>): Promise<void> {
    while (!this.stopped && (await batch()) > 0) continue;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.running = this.run();
    }, delayMs);
    this.timer.unref();
  }

  private async run(): Promise<void> {
    try {
      await this.task();
    } catch (error) {
      this.logger.warn(`${error instanceof Error ? error.message : String(error)}; trying again in ${this.pauseMs} ms`);
    }
    this.running = undefined;
    if (!this.stopped) this.schedule(this.pauseMs);
  }
}
