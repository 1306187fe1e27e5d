import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../../auth/access/principal.js';
import { Cancellation } from '../../tools/call/cancellation.js';
import type { McpExchange } from '../context/mcp-context.js';
import { credentialOf } from '../../auth/access/credential.js';
import type { McpSession } from '../sessions/mcp-session.js';
import { OpenStreams, ownerOf } from '../streams/open-streams.service.js';

/** What all messages of one client over stdio share. */
export interface StdioClient {
  /** What HTTP clients say in headers, and this connection knows: the key, and the negotiated version. */
  headers: IncomingHttpHeaders;
  session: McpSession;
  streams: OpenStreams;
  /** Whether the line could go out; one more than may wait for a client that does not read is dropped. */
  write(line: string): boolean;
}

/** One message over stdin. The client is the parent process: it has no address, and goes when stdin ends. */
export class McpStdioExchange implements McpExchange {
  readonly transport = 'stdio';
  readonly responseHeaders: Record<string, string> = {};
  readonly requestId = randomUUID();
  readonly address = undefined;
  /** The client wants no answer any more. */
  isCancelled = false;
  private readonly cancellation = new Cancellation();

  constructor(private readonly client: StdioClient) {}

  get headers(): IncomingHttpHeaders {
    return this.client.headers;
  }

  get session(): McpSession {
    return this.client.session;
  }

  cancelledWhenGone(): Cancellation {
    return this.cancellation;
  }

  cancel(): void {
    this.isCancelled = true;
    this.cancellation.cancel();
  }

  emit(message: string): boolean {
    return this.client.write(message);
  }

  keepOpen(to: Principal): Promise<void> {
    const { streams, headers } = this.client;
    const owner = ownerOf(to);
    const refusal = streams.refusal(owner);
    if (refusal) throw refusal;
    return new Promise<void>((resolve) => {
      this.cancellation.onCancel(() => resolve());
      const stream = { owner, token: credentialOf(headers).text, keepAlive: () => undefined, cut: resolve, finish: resolve };
      this.cancellation.onCancel(streams.add(stream));
    }).finally(() => this.cancellation.cancel());
  }
}
