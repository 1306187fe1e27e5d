import { onDestroy } from 'svelte';
import { GatewayError } from './api';
import { Backoff } from './backoff';
import { connection } from './connection.svelte';

/** Between two tries of what the gateway cannot read for now, since a database is away: at first, and at most. */
const AGAIN_FIRST_MS = 1_000;
const AGAIN_MOST_MS = 30_000;
/** The status of its refusal. */
const AWAY = 503;

/**
 * What is read from the gateway, as a page shows it: earlier data stays while it is read again, and when that fails. What failed is read
 * again when the connection, or what is behind the gateway, is back.
 */
export class Remote<Data> {
  data = $state.raw<Data>();
  error = $state.raw<GatewayError>();
  isLoading = $state(false);
  private turn = 0;
  private forget = () => {};
  private readonly backoff = new Backoff(AGAIN_FIRST_MS, AGAIN_MOST_MS);

  constructor(private readonly read: () => Promise<Data>) {}

  /** Of readings that overlap the last one holds, in whatever order they end. */
  load = async (): Promise<void> => {
    const turn = ++this.turn;
    this.forget();
    const reading = this.read();
    this.isLoading = true;
    try {
      const data = await reading;
      if (turn !== this.turn) return;
      this.data = data;
      this.error = undefined;
      this.backoff.reset();
    } catch (error) {
      if (turn !== this.turn) return;
      this.error = asGatewayError(error);
      this.forget = this.error.status === AWAY ? this.later(this.error) : connection.whenBack(this.load);
    } finally {
      if (turn === this.turn) this.isLoading = false;
    }
  };

  private later({ retryAfterSeconds = 0 }: GatewayError): () => void {
    const timer = setTimeout(this.load, Math.max(this.backoff.next(), 1_000 * retryAfterSeconds));
    return () => clearTimeout(timer);
  }

  stop(): void {
    this.turn += 1;
    this.forget();
  }
}

/** Reads at once, and again whenever what `read` used before its first `await` has changed, e.g. a filter in the address. */
export function remote<Data>(read: () => Promise<Data>): Remote<Data> {
  const made = new Remote(read);
  $effect(() => void made.load());
  onDestroy(() => made.stop());
  return made;
}

export const asGatewayError = (error: unknown): GatewayError =>
  error instanceof GatewayError ? error : new GatewayError((error as Error).message, { errorCode: 'PORTAL' });
