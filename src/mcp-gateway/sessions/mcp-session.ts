import type { Cancellation } from '../../common/concurrency/cancellation.js';
import type { LogLevel } from '../../tools/source/call-context.js';
import { PendingAsks } from './pending-asks.js';

/** Resources one session may watch. */
export const WATCHES_MAX = 100;

/** What a client said of itself when it began. */
export interface ClientSelf {
  capabilities: Readonly<Record<string, unknown>>;
  clientName: string;
}

/** A session that another replica keeps: this one knows what its token says, and can serve everything but questions and streams. */
export interface DistantSession extends ClientSelf {
  readonly isHere: false;
}

/** A legacy client between its requests: one known by its `Mcp-Session-Id`. */
export class McpSession implements ClientSelf {
  readonly isHere = true;
  readonly asks: PendingAsks;
  /** Requests that can be cancelled, by the id the client gave them, as JSON. */
  readonly calls = new Map<string, Cancellation>();
  capabilities: Readonly<Record<string, unknown>> = {};
  clientName = '';
  /** From `logging/setLevel`. */
  logLevel: LogLevel = 'info';
  /** ms, monotonic. */
  usedAt = 0;
  private readonly watches = new Map<string, () => void>();
  private standing: { send: (message: string) => void; end: () => void } | undefined;

  constructor(
    /** Whose it is; see `ownerOf`. */
    readonly owner: string,
    readonly userId: string,
    askTimeoutMs: number,
  ) {
    this.asks = new PendingAsks(askTimeoutMs);
  }

  /** Whether the client holds its own stream open. */
  get isListening(): boolean {
    return this.standing !== undefined;
  }

  /** Sends what belongs to no request; dropped while no stream is open. */
  tell(message: string): void {
    this.standing?.send(message);
  }

  /** Messages go there until the returned function is called. A second stream takes the place of the first. */
  listenWith(send: (message: string) => void, end: () => void): () => void {
    this.standing?.end();
    const standing = { send, end };
    this.standing = standing;
    return () => {
      if (this.standing === standing) this.standing = undefined;
    };
  }

  /** Keeps a watch until `unwatch` or the end. False: there are as many as there may be. */
  watch(uri: string, start: () => () => void): boolean {
    if (this.watches.has(uri)) return true;
    if (this.watches.size >= WATCHES_MAX) return false;
    this.watches.set(uri, start());
    return true;
  }

  unwatch(uri: string): void {
    this.watches.get(uri)?.();
    this.watches.delete(uri);
  }

  end(reason: string): void {
    this.asks.refuseAll(reason);
    this.standing?.end();
    for (const uri of [...this.watches.keys()]) this.unwatch(uri);
  }
}
