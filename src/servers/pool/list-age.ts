import { LISTS, type ListName } from '../connection/definitions.js';

/** Lists are read again after this time, since not every server announces its changes. */
const MAX_AGE_MS = 5 * 60_000;
/** Least pause between two readings that a server brings about itself: at all, and as a multiple of what one took. */
const PAUSE_MS = 1_000;
const PAUSE_SHARE = 10;

/** How old what is known of a server's lists is, and when which of them may be read again. Times by the monotonic clock, ms. */
export class ListAge {
  /** When all of them were read. */
  private readAt = -Infinity;
  private readableAt = -Infinity;
  private isReading = false;
  /** Those that have to be read at the next check; what comes while they are read is for the next reading. */
  private stale: ReadonlySet<ListName> = new Set();
  /** Those that have to be read as soon as they may be. */
  private readonly announced = new Set<ListName>();
  private timer: NodeJS.Timeout | undefined;

  /** `onStale` is called when some have to be read again. */
  constructor(private readonly onStale: () => void) {}

  /** Whether they are too old, or may have changed since they were read. */
  get isStale(): boolean {
    return this.stale.size > 0 || performance.now() - this.readAt > MAX_AGE_MS;
  }

  /** All of them have to be read again. */
  expire(): void {
    this.expireThese(LISTS);
  }

  /** These have to, since the server said or did something: in a while, so that reading takes a small part of the time. */
  expireInTime(lists: readonly ListName[]): void {
    for (const list of lists) this.announced.add(list);
    if (!this.isReading) this.expireAnnounced();
  }

  /** They are as they were when the reading began. `read` is told which of them are too old. */
  async whileReading<Lists>(read: (stale: ReadonlySet<ListName>) => Promise<Lists>): Promise<Lists> {
    const startedAt = performance.now();
    const isTooOld = startedAt - this.readAt > MAX_AGE_MS;
    const reading = isTooOld ? new Set(LISTS) : this.stale;
    this.isReading = true;
    this.stale = new Set();
    try {
      const lists = await read(reading);
      if (reading.size === LISTS.length) this.readAt = startedAt;
      return lists;
    } catch (error) {
      this.stale = new Set([...this.stale, ...reading]);
      throw error;
    } finally {
      const now = performance.now();
      this.readableAt = now + Math.max(PAUSE_MS, (now - startedAt) * PAUSE_SHARE);
      this.isReading = false;
      if (this.announced.size > 0) this.expireAnnounced();
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private expireAnnounced(): void {
    const waitMs = this.readableAt - performance.now();
    if (waitMs <= 0) this.expireThese([...this.announced]);
    else this.timer ??= setTimeout(() => this.expireThese([...this.announced]), waitMs).unref();
  }

  private expireThese(lists: readonly ListName[]): void {
    this.stop();
    this.announced.clear();
    this.stale = new Set([...this.stale, ...lists]);
    this.onStale();
  }
}
