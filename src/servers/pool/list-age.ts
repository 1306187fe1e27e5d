/** Lists are read again after this time, since not every server announces its changes. */
const MAX_AGE_MS = 5 * 60_000;
/** Least pause between two readings that a server brings about itself: at all, and as a multiple of what one took. */
const PAUSE_MS = 1_000;
const PAUSE_SHARE = 10;

/** How old what is known of a server's lists is, and when they may be read again. Times by the monotonic clock, ms. */
export class ListAge {
  private readAt = -Infinity;
  private readableAt = -Infinity;
  private isReading = false;
  /** Whether others were announced while they were read. */
  private hasNews = false;
  /** Whether what they are read for has changed since the reading began. */
  private isOutdated = false;
  private timer: NodeJS.Timeout | undefined;

  /** `onStale` is called when they have to be read again. */
  constructor(private readonly onStale: () => void) {}

  /** Whether they are too old, or may have changed since they were read. */
  get isStale(): boolean {
    return performance.now() - this.readAt > MAX_AGE_MS;
  }

  /** They have to be read again. */
  expire(): void {
    this.stop();
    this.readAt = -Infinity;
    this.isOutdated = true;
    this.onStale();
  }

  /** The same, since the server said or did something: in a while, so that reading takes a small part of the time. */
  expireInTime(): void {
    if (this.isReading) this.hasNews = true;
    else if (performance.now() >= this.readableAt) this.expire();
    else this.timer ??= setTimeout(() => this.expire(), this.readableAt - performance.now()).unref();
  }

  /** They are as they were when the reading began. */
  async whileReading<Lists>(read: () => Promise<Lists>): Promise<Lists> {
    const startedAt = performance.now();
    this.isReading = true;
    this.hasNews = false;
    this.isOutdated = false;
    try {
      const lists = await read();
      if (!this.isOutdated) this.readAt = startedAt;
      return lists;
    } finally {
      const now = performance.now();
      this.readableAt = now + Math.max(PAUSE_MS, (now - startedAt) * PAUSE_SHARE);
      this.isReading = false;
      if (this.hasNews) this.expireInTime();
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
