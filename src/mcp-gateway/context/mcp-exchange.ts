import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { cancelledWhenGone, type Cancellation } from '../../common/concurrency/cancellation.js';
import type { Principal } from '../../auth/access/principal.js';
import { JSON_RPC } from '../protocol/json-rpc.js';
import { McpProtocolError } from '../protocol/mcp-error.js';
import { credentialOf } from '../../auth/access/credential.js';
import type { IdentifiedRequest } from '../../http/front-door.js';
import { EventStream } from '../streams/event-stream.js';
import { OpenStreams } from '../streams/open-streams.service.js';

const EVENTS = 'text/event-stream';
const ACCEPTS_JSON = /application\/(json|\*)|\*\/\*/i;

/**
 * The HTTP exchange a message arrived in; messages of one batch share it. Its answer is JSON, unless something is sent before:
 * that makes the response a stream of events, of which the answer is the last.
 */
export class McpExchange {
  readonly responseHeaders: Record<string, string> = {};
  /** Once there is something to stream. */
  stream: EventStream | undefined;
  /** A batch is answered with one array. */
  isBatch = false;
  /** Of a batch, decided once for all its messages before any of them runs. */
  caller: Principal | undefined;

  constructor(
    readonly request: IdentifiedRequest,
    readonly response: ServerResponse,
    readonly address: string,
    private readonly streams: OpenStreams,
  ) {}

  beginBatch(): void {
    this.isBatch = true;
    this.response.setMaxListeners(0); // each of its calls wants to know when the client leaves
  }

  get requestId(): string {
    return this.request.id;
  }

  get headers(): IncomingHttpHeaders {
    return this.request.headers;
  }

  cancelledWhenGone(): Cancellation {
    return cancelledWhenGone(this.response);
  }

  emit(message: string, to: Principal): boolean {
    if (!this.stream && (!this.takesStream() || this.streams.refusal(to))) return false;
    return this.opened(to).send(message);
  }

  /**
   * While nothing is sent, the response becomes a stream with signs of life, before something between cuts the connection for its
   * silence. Until the returned function is called.
   */
  keepAlive(to: Principal): () => void {
    if (!this.takesStream()) return () => undefined;
    return this.streams.whenQuiet(() => {
      if (!this.stream && this.takesStream() && !this.streams.refusal(to)) this.opened(to).keepAlive(0);
    });
  }

  keepOpen(to: Principal): Promise<void> {
    const refusal = this.streams.refusal(to);
    if (refusal) throw refusal;
    if (!this.takesStream())
      throw new McpProtocolError(JSON_RPC.INVALID_REQUEST, 'The answer is a stream: accept text/event-stream', 406);
    const stream = this.opened(to);
    return new Promise((resolve) => {
      stream.finish = resolve;
      this.response.once('close', resolve);
    });
  }

  /** The answer as a stream's only event, for a client that accepts no JSON. Whether it is one. */
  answersAsEvent(message: string, headers: Record<string, string>): boolean {
    const accept = this.headers.accept ?? '';
    if (!accept.includes(EVENTS) || ACCEPTS_JSON.test(accept)) return false;
    const all = { 'X-Request-Id': this.requestId, ...this.responseHeaders, ...headers };
    new EventStream(this.response, all).end(message);
    return true;
  }

  private takesStream(): boolean {
    const { response, isBatch } = this;
    const accepts = this.headers.accept?.includes(EVENTS) ?? false;
    return accepts && !isBatch && !response.headersSent && !response.destroyed;
  }

  private opened(to: Principal): EventStream {
    if (this.stream) return this.stream;
    const headers = { 'X-Request-Id': this.requestId, ...this.responseHeaders };
    this.stream = new EventStream(this.response, headers);
    this.response.once('close', this.streams.add(this.stream, { caller: to, token: credentialOf(this.headers).text }));
    return this.stream;
  }
}
