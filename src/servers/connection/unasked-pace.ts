import { setImmediate, setTimeout as pause } from 'node:timers/promises';

/** What a server may say a second without being asked, each message counted as a KiB more than it has; and at once, after silence. */
const BYTES_PER_SECOND = 1_048_576;
const BURST_BYTES = 4 * BYTES_PER_SECOND;
const MESSAGE_BYTES = 1_024;
/** After so much, everybody else has a turn: some milliseconds of work. */
const TURN_BYTES = 32_768;

/**
 * How fast what a server says unasked is read: notifications, questions, answers to nothing, what is no MCP. Nothing is dropped.
 * Beyond the pace the server waits until it is read, and its own answers with it; nobody else does.
 */
export class UnaskedPace {
  private leftBytes = BURST_BYTES;
  private countedAt = performance.now();
  private turnBytes = 0;
  private isKnown = false;

  /** `onTooMuch` is called the first time that the server has to wait. */
  constructor(private readonly onTooMuch: () => void) {}

  /** Counts what was read. Resolves when there may be more. */
  async take(bytes: number, messages = 1): Promise<void> {
    this.count(bytes, messages);
    if (this.leftBytes < 0) return this.rest();
    if (this.turnBytes < TURN_BYTES) return;
    this.turnBytes = 0;
    await setImmediate();
  }

  /** Counts what a message costs beside being read. */
  count(bytes: number, messages: number): void {
    const now = performance.now();
    const gained = ((now - this.countedAt) / 1_000) * BYTES_PER_SECOND;
    const cost = bytes + messages * MESSAGE_BYTES;
    this.countedAt = now;
    this.leftBytes = Math.min(BURST_BYTES, this.leftBytes + gained) - cost;
    this.turnBytes += cost;
  }

  private async rest(): Promise<void> {
    if (!this.isKnown) this.onTooMuch();
    this.isKnown = true;
    this.turnBytes = 0;
    await pause((-this.leftBytes / BYTES_PER_SECOND) * 1_000, undefined, { ref: false });
  }
}
