import { gatewayPath } from './address';
import { Backoff } from './backoff';

const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 30_000;
/** What a proxy answers whose gateway does not. */
const OF_PROXIES = [502, 504];
/**
 * Whether the gateway answers, and lets us ask: seen at every request. While it does not answer it is asked after 1, 2, 4 … 30 seconds,
 * and what could not be read is read again when it is back.
 */
class Connection {
  /** Since when there is none. */
  lostAt = $state<number>();
  /** Until when the gateway refuses requests, since there were too many. */
  limitedUntil = $state<number>();
  private readonly failed = new Set<() => unknown>();
  private readonly backoff = new Backoff(RETRY_FIRST_MS, RETRY_MOST_MS);
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    addEventListener('online', () => this.lostAt !== undefined && void this.tryNow());
    addEventListener('offline', () => this.lost());
  }

  /** Whether a bar over the page says what is wrong with all of it. */
  get isTold(): boolean {
    return this.lostAt !== undefined || this.limitedUntil !== undefined;
  }

  /** `fetch`, looked at. */
  fetch = (...asked: Parameters<typeof fetch>): Promise<Response> => this.watched(fetch, ...asked);

  /** What does as `fetch` does, looked at. */
  watched = async (send: typeof fetch, ...asked: Parameters<typeof fetch>): Promise<Response> => {
    try {
      const response = await send(...asked);
      this.answered(response, asked[1]?.method);
      return response;
    } catch (error) {
      if ((error as Error).name !== 'AbortError') this.lost(); // that one was our own wish
      throw error;
    }
  };

  /** Is called when it is worth a try again, once. Gives what takes that back. */
  whenBack(again: () => unknown): () => void {
    this.failed.add(again);
    return () => this.failed.delete(again);
  }

  tryNow = async (): Promise<void> => {
    this.stopWaiting();
    await this.fetch(`${gatewayPath}/livez`, { signal: AbortSignal.timeout(RETRY_MOST_MS) }).catch(() => undefined);
  };

  private answered(response: Response, method = 'GET'): void {
    if (OF_PROXIES.includes(response.status)) return this.lost();
    if (this.lostAt !== undefined) this.back();
    const seconds = Number(response.headers.get('retry-after'));
    if (seconds > 0 && method === 'GET' && isOwnLimit(response)) this.limited(seconds);
  }

  private lost(): void {
    this.lostAt ??= Date.now();
    if (this.timer !== undefined) return;
    this.timer = setTimeout(this.tryNow, this.backoff.next());
  }

  private stopWaiting(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private back(): void {
    this.stopWaiting();
    this.lostAt = undefined;
    this.backoff.reset();
    this.again();
  }

  private limited(seconds: number): void {
    const until = Date.now() + seconds * 1_000;
    if (until <= (this.limitedUntil ?? 0)) return;
    this.limitedUntil = until;
    setTimeout(() => this.limitedUntil === until && this.allowed(), seconds * 1_000);
  }

  private allowed(): void {
    this.limitedUntil = undefined;
    this.again();
  }

  private again(): void {
    const all = [...this.failed];
    this.failed.clear();
    for (const again of all) again();
  }
}

/**
 * Whether the reader's own allowance is spent, so that nothing can be read: these answers say what is left of it. Other answers 429 are
 * about one thing, such as a password that was typed, and stand in its form.
 */
const isOwnLimit = ({ status, headers }: Response): boolean => status === 429 && headers.get('x-ratelimit-remaining') === '0';

export const connection = new Connection();
