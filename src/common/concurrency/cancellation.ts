import type { ServerResponse } from 'node:http';

/**
 * Says that something is no longer wanted, as an `AbortController` does. Every call has one and few are cancelled or ask for the
 * signal, whose making takes 5 µs, so that is made for those who ask.
 */
export class Cancellation {
  private controller: AbortController | undefined;
  private readonly listeners = new Set<(reason: Error) => void>();
  private why: Error | undefined;

  get isCancelled(): boolean {
    return this.why !== undefined;
  }

  get reason(): Error | undefined {
    return this.why;
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.why && !this.controller.signal.aborted) this.controller.abort(this.why);
    return this.controller.signal;
  }

  /** The first reason stays. */
  cancel(reason: Error = new DOMException('The caller went away', 'AbortError')): void {
    if (this.why) return;
    this.why = reason;
    this.controller?.abort(reason);
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener(reason);
  }

  /** Calls the listener once; at once when it is cancelled already. */
  onCancel(listener: (reason: Error) => void): void {
    if (this.why) listener(this.why);
    else this.listeners.add(listener);
  }

  /** For one who waits no longer. */
  offCancel(listener: (reason: Error) => void): void {
    this.listeners.delete(listener);
  }
}

/** Cancelled with a signal, whose listeners stay as long as it does. */
export function cancelledWith(signal: AbortSignal): Cancellation {
  const cancellation = new Cancellation();
  if (signal.aborted) cancellation.cancel(signal.reason as Error);
  else signal.addEventListener('abort', () => cancellation.cancel(signal.reason as Error), { once: true });
  return cancellation;
}

/** Cancelled when so many milliseconds are over; nothing waits for that. */
export const cancelledAfter = (ms: number): Cancellation => cancelledWith(AbortSignal.timeout(ms));

/** Cancelled when the client has left before it had its whole answer. */
export function cancelledWhenGone(response: ServerResponse): Cancellation {
  const cancellation = new Cancellation();
  if (response.destroyed) cancellation.cancel();
  else response.once('close', () => response.writableFinished || cancellation.cancel());
  return cancellation;
}
