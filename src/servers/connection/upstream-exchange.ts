import { Cancellation } from '../../common/concurrency/cancellation.js';
import { PausableTimer } from '../../common/concurrency/pausable-timer.js';
import type { Caller } from './caller.js';
import { UpstreamFailure } from './upstream-failure.js';

export interface ExchangeOptions {
  timeoutMs: number;
  cancellation?: Cancellation | undefined;
  /** Who waits for the answer; absent for the gateway's own requests. */
  caller?: Caller | undefined;
  /** Arguments that HTTP repeats as headers; servers of 2026-07-28 compare them. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Called with true when the server begins to wait for the caller, with false when it goes on. */
  onPause?: ((isPaused: boolean) => void) | undefined;
}

/** One request to a server, from its sending to its answer: how long it may take, and whose it is. */
export class UpstreamExchange {
  /** Cancelled when the caller goes away or the time is over. */
  readonly cancellation = new Cancellation();
  private readonly cancel = () => this.cancellation.cancel(new UpstreamFailure('cancelled', 'The caller went away.'));
  private readonly timer: PausableTimer;
  private openQuestions = 0;

  /** @param server its name, for the message when it takes too long. */
  constructor(
    server: string,
    private readonly options: ExchangeOptions,
  ) {
    const { timeoutMs } = options;
    const late = () => new UpstreamFailure('timeout', `${server} did not answer within ${timeoutMs / 1_000} s.`);
    this.timer = new PausableTimer(timeoutMs, () => this.cancellation.cancel(late()));
    options.cancellation?.onCancel(this.cancel);
  }

  get caller(): Caller | undefined {
    return this.options.caller;
  }

  get headers(): Readonly<Record<string, string>> | undefined {
    return this.options.headers;
  }

  end(): void {
    this.timer.end();
    this.options.cancellation?.offCancel(this.cancel);
  }

  /** Asks the caller a question of the server. That time is not the server's: its timeout stands still. */
  async whileAsking<T>(ask: () => Promise<T>): Promise<T> {
    if (this.openQuestions++ === 0) this.pause();
    try {
      return await ask();
    } finally {
      if (--this.openQuestions === 0) this.resume();
    }
  }

  private pause(): void {
    this.timer.pause();
    this.options.onPause?.(true);
  }

  private resume(): void {
    this.options.onPause?.(false);
    if (!this.cancellation.isCancelled) this.timer.resume();
  }
}
