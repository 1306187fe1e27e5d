import { Client, ProtocolError, ProtocolErrorCode, type Request, type ServerCapabilities } from '@modelcontextprotocol/client';
import type { z } from 'zod';
import { VERSION } from '../../common/version.js';
import { LOG_LEVELS, type LogLevel, type LogMessage } from '../../tools/source/call-context.js';
import { metaOf, type CallerSide } from './caller.js';
import type { NetworkRules } from '../templates/network-rules.js';
import type { ProcessSlots } from './stdio/process-slots.js';
import type { ServerTarget } from '../templates/server-target.js';
import { StdioChildTransport } from './stdio/child.transport.js';
import type { ServerTemplate } from '../templates/template.js';
import { failureOf, unreachable } from './failure-of.js';
import { EXCHANGE, UpstreamExchange, type ExchangeLimits } from './upstream-exchange.js';
import { UpstreamHttp } from './http/http-pool.js';
import { UpstreamHttpTransport } from './http/http.transport.js';
import { UpstreamNews, type NewsListener } from './announcements.js';

/** The longest answer that is taken from an upstream server. */
export const ANSWER_MAX_BYTES = 8 * 1_048_576;
/** Calls that may wait for their callers' answers at once; they hold a connection, but not a place of those who work. */
const WAITING_MAX = 64;
/** Questions by URL of which the server may still say that they are done; the oldest is forgotten. */
const ELICITATIONS_MAX = 200;
/** Beside the calls: the server's own stream, probes, notifications, answers to what it asks. */
const EXTRA_CONNECTIONS = 8;
/** The gateway's own timer decides, which can stand still; the SDK's is set because it has to be, as long as it can be. */
const SDK_TIMEOUT_MS = 2 ** 31 - 1;
/** How long a session that is replaced waits for its calls in flight; they have timeouts of their own. */
const RETIRE_CHECK_MS = 50;
/** What some caller's client may be able to do: connections are shared, so what a server asks is judged call by call. */
const CAPABILITIES = { elicitation: { form: {}, url: {} }, sampling: { context: {}, tools: {} } };
/**
 * Over stdio nothing says for whom a server asks, and servers take roots for the whole connection: one caller's could open folders
 * to all others (the official filesystem server replaces its allowed folders by them).
 */
const CAPABILITIES_OVER_HTTP = { ...CAPABILITIES, roots: {} };

export interface SessionOptions extends NewsListener {
  /** As callers know it. */
  name: string;
  /** What it is spoken to in: `auto` asks it. */
  protocol: ServerTemplate['protocol'];
  connectTimeoutMs: number;
  timeoutMs: number;
  concurrency: number;
  slots: ProcessSlots;
  /** Which addresses HTTP servers may have. */
  network: NetworkRules;
  onNoise: (text: string) => void;
  onClosed: (session: UpstreamSession) => void;
}

/** One live connection to an upstream server of either era, from its start to its end. Says what went wrong in `UpstreamFailure`s. */
export class UpstreamSession {
  private active = 0;
  private closed = false;
  private waiting = 0;
  /** Callers' requests in flight. */
  private readonly exchanges = new Set<UpstreamExchange>();
  /** Who was asked by URL, by the id the server gave its question. */
  private readonly elicitations = new Map<string, CallerSide>();
  private readonly news: UpstreamNews;
  /** The least severe messages the server was asked for; MCP before 2026-07-28, where it is set for the connection. */
  private logLevel: LogLevel | undefined;

  private constructor(
    private readonly options: SessionOptions,
    private readonly client: Client,
    private readonly transport: UpstreamHttpTransport | StdioChildTransport,
  ) {
    this.news = new UpstreamNews(client, options);
  }

  static async open(target: ServerTarget, options: SessionOptions): Promise<UpstreamSession> {
    const capabilities = target.transport === 'http' ? CAPABILITIES_OVER_HTTP : CAPABILITIES;
    const client = new Client({ name: 'tallygate', version: VERSION }, { capabilities, ...negotiation(options) });
    const session = new UpstreamSession(options, client, transportWithin(target, options));
    client.onclose = () => session.ended();
    client.onerror = () => undefined; // what fails is told to whom it fails
    client.fallbackRequestHandler = (request, { mcpReq }) => session.asked(request, mcpReq.id);
    client.setNotificationHandler('notifications/message', ({ params }) => session.sole()?.side?.log(params as LogMessage));
    client.setNotificationHandler('notifications/elicitation/complete', ({ params }) => session.completed(params.elicitationId));
    try {
      await session.within({ timeoutMs: options.connectTimeoutMs }, ({ signal }) =>
        client.connect(session.transport, { signal, timeout: SDK_TIMEOUT_MS }),
      );
      return session;
    } catch (error) {
      void session.close(); // a process that does not answer would stay
      throw error;
    }
  }

  /** Of the child process, if it is one. */
  get pid(): number | undefined {
    return this.transport instanceof StdioChildTransport ? this.transport.pid : undefined;
  }

  get era(): 'legacy' | 'modern' {
    return this.client.getProtocolEra() ?? 'legacy';
  }

  get capabilities(): ServerCapabilities {
    return this.client.getServerCapabilities() ?? {};
  }

  /**
   * @throws UpstreamFailure; `SessionExpired` when the server no longer knows the session, so nothing was done;
   * ProtocolError for an error the server answered.
   */
  async request<T>(method: string, params: Record<string, unknown>, schema: z.ZodType<T>, limits: ExchangeLimits): Promise<T> {
    const { side } = limits;
    if (side?.logLevel) await this.lowerLogLevel(side.logLevel);
    return this.within(limits, (exchange) => {
      const _meta = side && metaOf(side, this.era);
      const request = { method, params: { ...params, ...(_meta && { _meta }), [EXCHANGE]: exchange } };
      return this.client.request(request as Request, schema, {
        signal: exchange.signal,
        timeout: SDK_TIMEOUT_MS,
        allowInputRequired: true,
        ...(side?.wantsProgress && { onprogress: (progress) => side.progress(progress) }),
      });
    });
  }

  /** Has `onUpdated` called when one of these resources changes, and no others. */
  follow(uris: ReadonlySet<string>): void {
    this.news.follow(uris);
  }

  /** Closes once its calls in flight have ended. */
  retire(): void {
    if (this.active === 0) void this.close();
    else setTimeout(() => this.retire(), RETIRE_CHECK_MS).unref();
  }

  /** Resolves when the connections are closed or the process is gone. Never fails. */
  async close(): Promise<void> {
    this.news.close();
    if (this.transport instanceof UpstreamHttpTransport && !this.closed) await this.endSession(this.transport);
    await this.client.close().catch(() => undefined);
    await this.transport.close().catch(() => undefined);
  }

  /** A polite goodbye, so that the server need not keep the session; it may be gone itself. */
  private async endSession(transport: UpstreamHttpTransport): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, 500)));
    await Promise.race([transport.terminateSession().catch(() => undefined), late]).finally(() => clearTimeout(timer));
  }

  private ended(): void {
    if (this.closed) return;
    this.closed = true;
    this.news.close();
    this.options.onClosed(this);
  }

  /** What a server asks belongs to the call it serves; a question that may be about another's call reaches nobody. */
  private async asked({ method, params = {} }: Request, id: string | number): Promise<Record<string, unknown>> {
    const exchange = this.transport instanceof UpstreamHttpTransport ? this.transport.exchangeOf(id) : this.soleFor(method);
    const { side } = exchange ?? {};
    if (!side) throw refusal('It cannot be told whose call this is about: the gateway asks nobody.');
    if (this.waiting >= WAITING_MAX) throw refusal('Too many calls wait for an answer of their callers.');
    if (typeof params['elicitationId'] === 'string') this.askedByUrl(params['elicitationId'], side);
    this.waiting += 1;
    return exchange!.whileAsking(() => side.ask({ method, params })).finally(() => (this.waiting -= 1));
  }

  private askedByUrl(elicitationId: string, side: CallerSide): void {
    const [oldest] = this.elicitations.keys();
    if (this.elicitations.size >= ELICITATIONS_MAX) this.elicitations.delete(oldest!);
    this.elicitations.set(elicitationId, side);
  }

  private completed(elicitationId: string): void {
    this.elicitations.get(elicitationId)?.elicitationCompleted(elicitationId);
    this.elicitations.delete(elicitationId);
  }

  /** The one call in flight; over stdio, messages do not say which of several they belong to. */
  private sole(): UpstreamExchange | undefined {
    const [only, another] = this.exchanges;
    return another ? undefined : only;
  }

  private soleFor(method: string): UpstreamExchange | undefined {
    return method === 'roots/list' ? undefined : this.sole();
  }

  private async lowerLogLevel(level: LogLevel): Promise<void> {
    const isEnough = this.logLevel && LOG_LEVELS.indexOf(this.logLevel) <= LOG_LEVELS.indexOf(level);
    if (isEnough || this.era === 'modern' || !this.capabilities.logging) return;
    this.logLevel = level;
    await this.client.request({ method: 'logging/setLevel', params: { level } }).catch(() => undefined);
  }

  private async within<T>(limits: ExchangeLimits, run: (exchange: UpstreamExchange) => Promise<unknown>): Promise<T> {
    const exchange = new UpstreamExchange(this.options.name, limits);
    this.active += 1;
    if (limits.side) this.exchanges.add(exchange);
    try {
      return (await run(exchange)) as T;
    } catch (error) {
      if (exchange.signal.aborted) throw exchange.signal.reason;
      throw failureOf(error, { name: this.options.name, hasSession: this.hasSession });
    } finally {
      exchange.end();
      this.exchanges.delete(exchange);
      this.active -= 1;
    }
  }

  private get hasSession(): boolean {
    return this.transport instanceof UpstreamHttpTransport && this.transport.sessionId !== undefined;
  }
}

const refusal = (words: string) => new ProtocolError(ProtocolErrorCode.InvalidRequest, words);

/** MCP, "Versioning": a server that may be of either era is asked with `server/discover`, and started as before where it does not know it. */
function negotiation({ protocol, connectTimeoutMs }: SessionOptions) {
  const mode = protocol === 'modern' ? { pin: '2026-07-28' } : protocol;
  return { versionNegotiation: { mode, probe: { timeoutMs: connectTimeoutMs / 2 } } };
}

function transportOf(target: ServerTarget, options: SessionOptions): UpstreamHttpTransport | StdioChildTransport {
  const { slots, onNoise, concurrency, network } = options;
  if (target.transport === 'stdio') {
    return new StdioChildTransport({ ...target, slots, onNoise, maxAnswerBytes: ANSWER_MAX_BYTES });
  }
  const http = new UpstreamHttp(target.url, {
    ...options,
    headers: target.headers,
    connect: network.connectOptions(target.url),
    connections: concurrency + WAITING_MAX + EXTRA_CONNECTIONS,
    maxAnswerBytes: ANSWER_MAX_BYTES,
  });
  return new UpstreamHttpTransport(new URL(target.url), http);
}

function transportWithin(target: ServerTarget, options: SessionOptions): ReturnType<typeof transportOf> {
  try {
    return transportOf(target, options);
  } catch (error) {
    throw unreachable(options.name, error);
  }
}
