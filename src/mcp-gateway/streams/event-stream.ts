import type { ServerResponse } from 'node:http';
import type { OpenStream } from './open-streams.service.js';

/** What may wait for a client that does not read; beyond, it is cut off. One message more fits, whatever its size. */
const BUFFER_MAX_BYTES = 1024 * 1024;

/** A response as server-sent events, each one a JSON-RPC message (MCP, "Streamable HTTP"). */
export class EventStream implements OpenStream {
  /** Asked to end by itself: the process stops. */
  finish: () => void = () => undefined;
  private writtenAt = performance.now();

  constructor(
    private readonly response: ServerResponse,
    headers: Record<string, string>,
  ) {
    response.writeHead(200, {
      ...headers,
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
  }

  /** Whether it went on its way. */
  send(message: string): boolean {
    if (this.response.writableEnded || this.response.destroyed) return false;
    if (this.response.writableLength > BUFFER_MAX_BYTES) {
      this.cut();
      return false;
    }
    this.write(eventOf(message));
    return true;
  }

  /** The last message, if there is one. */
  end(message?: string): void {
    this.response.end(message === undefined ? undefined : eventOf(message));
  }

  keepAlive(quietMs: number): void {
    if (performance.now() - this.writtenAt >= quietMs && !this.response.writableEnded) this.write(':\n\n');
  }

  /** Closes the connection under the client; a call behind it is cancelled. */
  cut(): void {
    this.response.destroy();
  }

  private write(text: string): void {
    this.writtenAt = performance.now();
    this.response.write(text);
  }
}

const eventOf = (message: string) => `event: message\ndata: ${message}\n\n`;
