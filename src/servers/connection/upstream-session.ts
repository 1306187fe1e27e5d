import { Client, type Request, type ServerCapabilities } from '@modelcontextprotocol/client';
import { randomUUID } from 'node:crypto';
import { endedWithin } from '../../common/concurrency/deadline.js';
import { LOG_LEVELS, type LogLevel } from '../../tools/source/call-context.js';
import { RPC, ServerError } from '../../tools/source/server-error.js';
import type { TaskForm } from '../../tools/source/server-task.js';
import type { ServerTarget } from '../templates/server-target.js';
import type { ServerTemplate } from '../templates/server-template.js';
import { Announcements, type AnnouncementListener } from './announcements.js';
import { HttpRefusal } from './http/http-messages.js';
import { HttpTransport } from './http/http.transport.js';
import { taskIn } from './relay/answers.js';
import { discover } from './relay/discover.js';
import type { Discovered } from './relay/handshake.js';
import { ConnectionClosed } from './relay/no-answer.js';
import type { RelayedRequest, ServerResult } from './relay/relay.js';
import { CLIENT_INFO, metaOf } from './relay/request-meta.js';
import { ServerQuestions } from './server-questions.js';
import { ServerWords } from './server-words.js';
import { UpstreamExchange, type ExchangeOptions } from './upstream-exchange.js';
import { effectOf, failureOf, isExpired } from './upstream-failure.js';
import { transportTo, type TransportOptions, type UpstreamTransport } from './upstream-transport.js';

/** The exchange's own timer decides, since it can be paused. The SDK has to have one: it gets the longest there is. */
const SDK_TIMEOUT_MS = 2 ** 31 - 1;
/** How long a server may take to confirm that its session ends. */
const GOODBYE_MS = 500;
/** What some caller's client may be able to do: connections are shared, so what a server asks is judged call by call. */
const CAPABILITIES = {
  elicitation: { form: {}, url: {} },
  sampling: { context: {}, tools: {} },
  // MCP Apps: of what a server says of its pages, all passes.
  extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } },
};
/**
 * Over stdio nothing says for whom a server asks, and servers take roots for the whole connection: one caller's could open folders
 * to all others (the official filesystem server replaces its allowed folders by them).
 */
const CAPABILITIES_OVER_HTTP = { ...CAPABILITIES, roots: {} };

export interface SessionOptions extends TransportOptions, AnnouncementListener {
  /** `auto`: the server is asked which revision it speaks. */
  protocol: ServerTemplate['protocol'];
  /** Hides the server's secrets in what its program says. */
  mask: (text: string) => string;
  /** Called once when the session has ended, whoever ended it. */
  onClosed: (session: UpstreamSession) => void;
}

/** A request in a session, which says what of it is to be sent beside. */
export interface SessionRequest extends Omit<RelayedRequest, 'isModern'> {
  /** In which form the caller takes a task in place of a result, if they do. */
  taskForm?: TaskForm | undefined;
}

/** One session with an upstream server of either era, from its start to its end. What goes wrong becomes an `UpstreamFailure`. */
export class UpstreamSession {
  private readonly client: Client;
  private readonly transport: UpstreamTransport;
  private readonly announcements: Announcements;
  private readonly words: ServerWords;
  private readonly questions = new ServerQuestions();
  /** Requests in flight, the gateway's own included. */
  private inFlight = 0;
  private readonly ownCapabilities: object;
  private isStarted = false;
  /** Its server ended the connection when it was asked which era it speaks. */
  private wasLostByProbe = false;
  private isRetired = false;
  /** What it is known by where the wire has no name for it: another program, or another start of it, counts its tasks from the same number. */
  private readonly ownId = randomUUID();
  /** Tasks live in it, which may be asked for later, from anywhere. */
  private hasTasks = false;
  private isClosed = false;
  /** The least severe messages a legacy server was asked for, which is set for the whole connection. */
  private logLevel: LogLevel | undefined;

  private constructor(
    target: ServerTarget,
    private readonly options: SessionOptions,
  ) {
    this.transport = transportTo(target, options);
    this.words = new ServerWords(options.name, this.transport, options.mask);
    this.ownCapabilities = target.transport === 'http' ? CAPABILITIES_OVER_HTTP : CAPABILITIES;
    this.client = new Client(CLIENT_INFO, { capabilities: this.ownCapabilities });
    this.announcements = new Announcements(this.client, options);
    this.listen();
  }

  /**
   * Starts a session, in the era that the server speaks: one that does not answer `server/discover` as servers of MCP 2026-07-28 do is
   * asked `initialize`, whatever it said.
   * @throws UpstreamFailure, ServerError, SessionExpired
   */
  static async connect(target: ServerTarget, options: SessionOptions): Promise<UpstreamSession> {
    const isProbed = options.protocol === 'auto';
    const session = new UpstreamSession(target, options);
    try {
      await session.start();
      return session;
    } catch (error) {
      void session.close(); // a process that does not answer would stay
      // Some servers end when they are asked what they do not know.
      if (isProbed && session.wasLostByProbe) return this.connect(target, { ...options, protocol: 'legacy' });
      throw error;
    }
  }

  /** Of the child process, if it is one. */
  get pid(): number | undefined {
    return 'pid' in this.transport ? this.transport.pid : undefined;
  }

  /** See `ServerWords`. */
  get lastWords(): string | undefined {
    return this.words.last;
  }

  get era(): 'legacy' | 'modern' {
    return this.client.getProtocolEra() ?? 'legacy';
  }

  get capabilities(): ServerCapabilities {
    return this.client.getServerCapabilities() ?? {};
  }

  /** What the server tells models of itself. */
  get instructions(): string | undefined {
    return this.client.getInstructions();
  }

  /**
   * @throws UpstreamFailure; `SessionExpired` when the server no longer knows the session, so that it did nothing;
   * ServerError for an error the server answered.
   */
  async request(request: SessionRequest, options: ExchangeOptions): Promise<ServerResult> {
    const { caller } = options;
    if (caller?.logLevel) await this.lowerLogLevel(caller.logLevel);
    try {
      const result = await this.exchange(options, (exchange) => {
        caller?.onEffect('unknown');
        return this.relay(request, exchange);
      });
      return request.taskForm && taskIn(result.value, request.taskForm) ? this.withSession(result) : result;
    } catch (error) {
      caller?.onEffect(effectOf(error));
      throw error;
    }
  }

  /** Has `onResourceUpdated` called when one of these resources changes too. Called once when the session has started. */
  watch(uris: readonly string[]): void {
    this.announcements.watch(uris);
  }

  unwatch(uri: string): void {
    this.announcements.unwatch(uri);
  }

  /** Closes when its requests in flight have ended; they have timeouts of their own. */
  retire(): void {
    this.isRetired = true;
    if (this.inFlight === 0) void this.close();
  }

  /** Resolves when the connections are closed or the process is gone. Never fails. */
  async close(): Promise<void> {
    this.announcements.close();
    // The server need not keep the session then. It may be gone itself.
    if (this.http && !this.isClosed && !this.hasTasks) await endedWithin(this.http.terminateSession(), GOODBYE_MS);
    await this.client.close().catch(() => undefined);
    await this.transport.close().catch(() => undefined);
  }

  private get http(): HttpTransport | undefined {
    return this.transport instanceof HttpTransport ? this.transport : undefined;
  }

  private async start(): Promise<void> {
    const { connectTimeoutMs: timeoutMs } = this.options;
    await this.exchange({ timeoutMs }, async ({ cancellation: { signal } }) => {
      await this.transport.start();
      const found = await this.discover();
      const prior = found ? ({ kind: 'modern', discover: found } as const) : ({ kind: 'legacy' } as const);
      await this.client.connect(this.transport, { signal, timeout: SDK_TIMEOUT_MS, prior });
    });
    this.isStarted = true;
  }

  private async discover(): Promise<Discovered | undefined> {
    try {
      return await discover(this.transport.relay, { ...this.options, capabilities: this.ownCapabilities });
    } catch (error) {
      this.wasLostByProbe = error instanceof ConnectionClosed;
      throw error;
    }
  }

  /** Of a task that was made. */
  private withSession(result: ServerResult): ServerResult {
    this.hasTasks = true;
    const sessionId = this.http ? this.http.sessionId : this.ownId;
    return sessionId === undefined ? result : { ...result, sessionId };
  }

  private async relay({ method, name, params, sessionId }: SessionRequest, exchange: UpstreamExchange): Promise<ServerResult> {
    const isModern = this.era === 'modern';
    const _meta = metaOf(exchange.caller, isModern, this.ownCapabilities);
    const request = { method, name, params: { ...params, _meta }, isModern, sessionId };
    const { name: server } = this.options;
    if (!this.http && sessionId !== undefined && sessionId !== this.ownId)
      throw new ServerError(
        RPC.INVALID_PARAMS,
        `The connection to ${server} in which this was made is over, or another replica's.`,
      );
    const isElsewhere = this.http?.isElsewhere(sessionId) ?? false;
    try {
      return await this.transport.relay.request(request, exchange);
    } catch (error) {
      if (!isElsewhere || !(error instanceof HttpRefusal) || !isExpired(error, true)) throw error;
      throw new ServerError(RPC.INVALID_PARAMS, `${server} has ended the session in which this was made.`);
    }
  }

  private listen(): void {
    const { client, questions } = this;
    client.onclose = () => this.handleClose();
    client.onerror = () => undefined; // the request that failed rejects as well
    client.fallbackRequestHandler = (request, { mcpReq }) => questions.ask(request, this.exchangeAsking(request, mcpReq.id));
    client.setNotificationHandler('notifications/elicitation/complete', ({ params }) => questions.complete(params.elicitationId));
  }

  private handleClose(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.announcements.close();
    this.options.onClosed(this);
  }

  /** The call within which the server asks; undefined when that is not certain, since it may be another caller's. */
  private exchangeAsking({ method }: Request, id: string | number): UpstreamExchange | undefined {
    if (this.http) return this.http.exchangeOf(id);
    return method === 'roots/list' ? undefined : (this.transport.relay.onlyCall ?? undefined);
  }

  private async lowerLogLevel(level: LogLevel): Promise<void> {
    const isEnough = this.logLevel && LOG_LEVELS.indexOf(this.logLevel) <= LOG_LEVELS.indexOf(level);
    if (isEnough || this.era === 'modern' || !this.capabilities.logging) return;
    this.logLevel = level;
    await this.client.request({ method: 'logging/setLevel', params: { level } }).catch(() => undefined);
  }

  private async exchange<T>(options: ExchangeOptions, run: (exchange: UpstreamExchange) => Promise<T>): Promise<T> {
    const { name } = this.options;
    const exchange = new UpstreamExchange(name, options);
    this.inFlight += 1;
    try {
      return await run(exchange);
    } catch (error) {
      const { reason } = exchange.cancellation;
      if (reason) throw await this.words.addedTo(reason, this.isStarted);
      const failure = failureOf(error, { name, hasSession: this.http?.sessionId !== undefined });
      throw await this.words.addedTo(failure, this.isStarted);
    } finally {
      exchange.end();
      this.inFlight -= 1;
      if (this.isRetired && this.inFlight === 0) void this.close();
    }
  }
}
