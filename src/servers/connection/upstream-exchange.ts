import type { Caller } from './caller.js';
import { UpstreamFailure } from './upstream-failure.js';

/** The parameter that carries an exchange from the session to its transport. A symbol, so that it is never sent. */
export const EXCHANGE = Symbol('exchange');

export interface ExchangeOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Who waits for the answer; absent for the gateway's own requests. */
  caller?: Caller | undefined;
  /** Arguments that HTTP repeats as headers; servers of 2026-07-28 compare them. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Called with true when the server begins to wait for the caller, with false when it goes on. */
  onPause?: ((isPaused: boolean) => void) | undefined;
}

/** One request to a server, from its sending to its answer: how long it may take, and whose it is. */
export class UpstreamExchange {
  private readonly controller = new AbortController();
  private readonly cancel = () => this.controller.abort(new UpstreamFailure('cancelled', 'The caller went away.'));
  private timer: NodeJS.Timeout | undefined;
  private openQuestions = 0;
  private hasEnded = false;

  /** @param server its name, for the message when it takes too long. */
  constructor(
    private readonly server: string,
    private readonly options: ExchangeOptions,
  ) {
    this.startTimer();
    if (options.signal?.aborted) this.cancel();
    options.signal?.addEventListener('abort', this.cancel);
  }

  /** Fires when the caller goes away or the time is over. Its own for each request: the SDK leaves its listener on it. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get caller(): Caller | undefined {
    return this.options.caller;
  }

  get headers(): Readonly<Record<string, string>> | undefined {
    return this.options.headers;
  }

  end(): void {
    this.hasEnded = true;
    clearTimeout(this.timer);
    this.options.signal?.removeEventListener('abort', this.cancel);
  }

  /** Asks the caller a question of the server. That time is not the server's: its timeout starts again behind the answer. */
  async whileAsking<T>(ask: () => Promise<T>): Promise<T> {
    if (this.openQuestions++ === 0) this.pause();
    try {
      return await ask();
    } finally {
      if (--this.openQuestions === 0) this.resume();
    }
  }

  private pause(): void {
    clearTimeout(this.timer);
    this.options.onPause?.(true);
  }

  private resume(): void {
    this.options.onPause?.(false);
    if (!this.hasEnded && !this.signal.aborted) this.startTimer();
  }

  private startTimer(): void {
    const { timeoutMs } = this.options;
    const message = `${this.server} did not answer within ${timeoutMs / 1_000} s.`;
    this.timer = setTimeout(() => this.controller.abort(new UpstreamFailure('timeout', message)), timeoutMs);
  }
}
