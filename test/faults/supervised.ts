import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 100;

/** A part of the cluster as an init system sees it. */
export interface Part {
  isAlive(): boolean;
  /** @throws when it ends instead of getting ready; it is tried again. */
  start(): Promise<void>;
}

/** Starts a part again whenever it has died, for as long as it is not held down. One loop, one owner. */
export class Supervised {
  restarts = 0;
  private heldUntil = 0;
  private isOver = false;
  private readonly loop: Promise<void>;

  constructor(private readonly part: Part) {
    this.loop = this.watch();
  }

  /** Keeps it down, once it is, for so many milliseconds. */
  holdDown(ms: number): void {
    this.heldUntil = performance.now() + ms;
  }

  /** Whatever happens to it from now on stays. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.loop;
  }

  private async watch(): Promise<void> {
    while (!this.isOver) {
      if (!this.part.isAlive() && performance.now() >= this.heldUntil) await this.restart();
      await pause(LOOK_EVERY_MS);
    }
  }

  private async restart(): Promise<void> {
    try {
      await this.part.start();
      this.restarts += 1;
    } catch {
      // What it needs may be away as well; the next look tries again.
    }
  }
}
