import { TallygateError } from '../tallygate-error.js';

interface Waiting<Item, Result> {
  item: Item;
  /** Its batch failed, and one of it was to blame: it is tried by itself. */
  isAlone?: boolean;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

export interface GroupCommitOptions<Item, Result> {
  /** Commits a batch; returns one result per item, in order. */
  commit: (batch: Item[]) => Promise<Result[]>;
  /** Most items in one commit. */
  batchMax?: number;
  /** Most items waiting; one more is refused at once with OVERLOADED. */
  queueMax?: number;
  /**
   * Whether a failed batch may be the fault of one item; only then are its items tried one by one.
   * A lost connection is nobody's fault: whatever waits fails with it, or each batch would wait for a timeout of its own.
   */
  isItemFault?: (error: unknown) => boolean;
}

/**
 * Turns many concurrent commits into few (docs/adr/0003-record-before-answer.md).
 * Flushes at once when idle, gathers while one batch is in flight; there is no timer.
 * When a batch fails through an item's fault its items are committed one by one, so that a poisonous item fails alone.
 */
export class GroupCommit<Item, Result = void> {
  private readonly queue: Waiting<Item, Result>[] = [];
  private readonly commit: (batch: Item[]) => Promise<Result[]>;
  private readonly batchMax: number;
  private readonly queueMax: number;
  private readonly isItemFault: (error: unknown) => boolean;
  private readonly interludes: (() => Promise<void>)[] = [];
  private running: Promise<void> | undefined;

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.commit = options.commit;
    this.batchMax = options.batchMax ?? 1_000;
    this.queueMax = options.queueMax ?? 20_000;
    this.isItemFault = options.isItemFault ?? (() => true);
  }

  /** Items accepted and not yet committed. */
  get depth(): number {
    return this.queue.length;
  }

  /** Resolves once the item is committed. Rejects with OVERLOADED when the queue is full. */
  submit(item: Item): Promise<Result> {
    if (this.queue.length >= this.queueMax) {
      return Promise.reject(
        new TallygateError('OVERLOADED', 'Too many calls are waiting to be recorded. Try again in a moment.', {
          retryAfterSeconds: 1,
        }),
      );
    }
    return new Promise<Result>((resolve, reject) => {
      this.queue.push({ item, resolve, reject });
      this.running ??= this.drain();
    });
  }

  /** Runs work between two batches: what it sees of them is committed, or waits behind it. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.interludes.push(() => work().then(resolve, reject));
      this.running ??= this.drain();
    });
  }

  /** Resolves when nothing is waiting and nothing is in flight. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  private async drain(): Promise<void> {
    while (this.queue.length + this.interludes.length > 0) {
      const interlude = this.interludes.shift();
      await (interlude ? interlude() : this.flush(this.queue.splice(0, this.queue[0]!.isAlone ? 1 : this.batchMax)));
    }
    this.running = undefined;
  }

  private async flush(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.commit(batch.map((waiting) => waiting.item));
      batch.forEach((waiting, index) => waiting.resolve(results[index] as Result));
    } catch (error) {
      this.fail(batch, error);
    }
  }

  private fail(batch: Waiting<Item, Result>[], error: unknown): void {
    if (!this.isItemFault(error)) for (const waiting of [...batch, ...this.queue.splice(0)]) waiting.reject(error);
    else if (batch.length === 1) batch[0]!.reject(error);
    else this.queue.unshift(...batch.map((waiting) => ({ ...waiting, isAlone: true })));
  }
}
