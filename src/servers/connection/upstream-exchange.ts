import type { CallerSide } from './caller.js';
import { UpstreamFailure } from './upstream-failure.js';

/** The parameter that carries an exchange from the session to its transport. A symbol, so that it is never sent. */
export const EXCHANGE = Symbol('exchange');

export interface ExchangeLimits {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Of requests a caller waits for; the gateway's own have none. */
  side?: CallerSide | undefined;
  /** What HTTP repeats of the arguments; servers of 2026-07-28 compare them. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Called with true while the server waits for the caller, whose time is not the server's. */
  onPause?: ((paused: boolean) => void) | undefined;
}

/** One request to a server, from its sending to its answer: how long it may take, and whose it is. */
export class UpstreamExchange {
  private readonly controller = new AbortController();
  private readonly leave = () => this.controller.abort(new UpstreamFailure('cancelled', 'The caller went away.'));
  private timer: NodeJS.Timeout | undefined;
  private asked = 0;
  private isOver = false;

  constructor(
    private readonly server: string,
    private readonly limits: ExchangeLimits,
  ) {
    this.start();
    if (limits.signal?.aborted) this.leave();
    limits.signal?.addEventListener('abort', this.leave);
  }

  /** A signal of its own for each request, since the SDK leaves its listener on the one it is given. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get side(): CallerSide | undefined {
    return this.limits.side;
  }

  get headers(): Readonly<Record<string, string>> | undefined {
    return this.limits.headers;
  }

  end(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.limits.signal?.removeEventListener('abort', this.leave);
  }

  /** The time stands still meanwhile. */
  async whileAsking<T>(ask: () => Promise<T>): Promise<T> {
    if (this.asked++ === 0) this.pause();
    try {
      return await ask();
    } finally {
      if (--this.asked === 0) this.resume();
    }
  }

  private pause(): void {
    clearTimeout(this.timer);
    this.limits.onPause?.(true);
  }

  private resume(): void {
    this.limits.onPause?.(false);
    if (!this.isOver && !this.signal.aborted) this.start();
  }

  private start(): void {
    const { timeoutMs } = this.limits;
    const words = `${this.server} did not answer within ${timeoutMs / 1_000} s.`;
    this.timer = setTimeout(() => this.controller.abort(new UpstreamFailure('timeout', words)), timeoutMs);
  }
}
