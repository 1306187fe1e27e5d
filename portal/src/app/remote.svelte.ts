import { onDestroy } from 'svelte';
import { GatewayError } from './api';
import { connection } from './connection.svelte';

/**
 * What is read from the gateway, as a page shows it: earlier data stays while it is read again, and when that fails. What failed is read
 * again when the connection is back.
 */
export class Remote<Data> {
  data = $state.raw<Data>();
  error = $state.raw<GatewayError>();
  isLoading = $state(false);
  private turn = 0;
  private forget = () => {};

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
    } catch (error) {
      if (turn !== this.turn) return;
      this.error = asGatewayError(error);
      this.forget = connection.whenBack(this.load);
    } finally {
      if (turn === this.turn) this.isLoading = false;
    }
  };

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
