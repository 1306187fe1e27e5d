import type { ServerResponse } from 'node:http';
import type { UsageEvent } from '../recording/usage-event.js';
import type { CallListener } from './call-tail.service.js';
import type { LiveCall } from './live-call.js';
import type { OutboxPlace } from './outbox-place.js';

/** What may wait for a reader who does not read: some hundred calls. */
const BUFFER_MAX_BYTES = 256 * 1024;
/** Whoever reads nothing for so long has left without a word. */
const STALL_MS = 60_000;
/** Until a reader whose stream ended opens it again. */
const RETRY_MS = 2_000;

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};

/** What a stream tells of. */
export interface StreamedCalls {
  /** Unset: everybody's. */
  userId: string | undefined;
  /** Whether its reader sees whose a call is. */
  showsUser: boolean;
  after: OutboxPlace | undefined;
  isWanted(event: UsageEvent): boolean;
}

/**
 * Calls as server-sent events. What waits for its reader is bounded: calls beyond it are counted, and told as `skipped` once there is
 * room again.
 */
export class CallStream implements CallListener {
  readonly userId: string | undefined;
  after: OutboxPlace | undefined;
  /** Undefined: nobody knows how many. */
  private skipped: number | undefined = 0;
  /** Since when a reader has taken nothing of what waits; monotonic, ms. */
  private stalledSince: number | undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly wanted: StreamedCalls,
  ) {
    this.userId = wanted.userId;
    this.after = wanted.after;
    response.writeHead(200, HEADERS);
    this.write(`retry: ${RETRY_MS}\n\n`);
    response.on('drain', () => this.tellSkipped());
  }

  /** What a stream begins with, and no more: for `HEAD`. */
  static head(response: ServerResponse): void {
    response.writeHead(200, HEADERS).end();
  }

  get isGone(): boolean {
    return isGone(this.response);
  }

  wants(event: UsageEvent): boolean {
    return (this.userId === undefined || event.user_id === this.userId) && this.wanted.isWanted(event);
  }

  tell(call: LiveCall): void {
    if (this.isFull) return this.skip(1);
    this.tellSkipped();
    this.write(this.wanted.showsUser ? call.fullText : call.ownText);
  }

  skip(count?: number): void {
    this.skipped = count === undefined || this.skipped === undefined ? undefined : this.skipped + count;
    this.tellSkipped();
  }

  /** Keeps proxies from closing what is silent. Cuts off whoever no longer reads, be it only the end. */
  keepAlive(now: number): void {
    if (this.response.writableLength > 0) this.stalledSince ??= now;
    else this.write(':\n\n');
    if (this.stalledSince !== undefined && now - this.stalledSince >= STALL_MS) this.response.destroy();
  }

  end(): void {
    this.response.end();
  }

  private get isFull(): boolean {
    return this.response.writableLength > BUFFER_MAX_BYTES;
  }

  private tellSkipped(): void {
    if (this.skipped === 0 || this.isFull) return;
    const count = this.skipped ?? null;
    this.skipped = 0;
    this.write(`event: skipped\ndata: ${JSON.stringify({ count })}\n\n`);
  }

  private write(text: string): void {
    if (!this.response.writableEnded) this.response.write(text, () => (this.stalledSince = undefined));
  }
}

/** Whether whoever asked has left. A response that waits for an earlier one of its connection does not hear of it. */
export const isGone = (response: ServerResponse): boolean => response.destroyed || response.req.socket.destroyed;
