import type { ServerResponse } from 'node:http';

/** What tells those who want to know, until they do not, that something is no longer wanted. */
export interface Cancellable {
  onCancel(listener: (reason: Error) => void): void;
  offCancel(listener: (reason: Error) => void): void;
}

/**
 * Says that something is no longer wanted, as an `AbortController` does. Every call has one and few are cancelled or ask for the
 * signal, whose making takes 5 µs, so that is made for those who ask.
 */
export class Cancellation implements Cancellable {
  private controller: AbortController | undefined;
  private listeners: ((reason: Error) => void)[] = [];
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
    const { listeners } = this;
    this.listeners = [];
    for (const listener of listeners) listener(reason);
  }

  /** Calls the listener once; at once when it is cancelled already. */
  onCancel(listener: (reason: Error) => void): void {
    if (this.why) listener(this.why);
    else this.listeners.push(listener);
  }

  /** For one who waits no longer. */
  offCancel(listener: (reason: Error) => void): void {
    this.listeners = this.listeners.filter((one) => one !== listener);
  }
}

/** Cancelled with a signal, which may live longer than who listens here: the SDK has one for all that a session sends. */
export function cancelledWith(signal: AbortSignal): Cancellable {
  const heard = new Map<(reason: Error) => void, () => void>();
  return {
    onCancel(listener) {
      const hear = () => listener(signal.reason as Error);
      if (signal.aborted) return hear();
      heard.set(listener, hear);
      signal.addEventListener('abort', hear, { once: true });
    },
    offCancel(listener) {
      const hear = heard.get(listener);
      if (hear) signal.removeEventListener('abort', hear);
      heard.delete(listener);
    },
  };
}

/** Cancelled when so many milliseconds are over; nothing waits for that. */
export const cancelledAfter = (ms: number): Cancellable => cancelledWith(AbortSignal.timeout(ms));

/** Cancelled when the client has left before it had its whole answer. */
export function cancelledWhenGone(response: ServerResponse): Cancellation {
  const cancellation = new Cancellation();
  if (response.destroyed) cancellation.cancel();
  else response.on('close', () => response.writableFinished || cancellation.cancel());
  return cancellation;
}
