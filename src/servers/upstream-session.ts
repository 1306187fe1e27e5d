import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ErrorCode, McpError, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { VERSION } from '../common/version.js';
import { ForbiddenAddress, type NetworkRules } from './network-rules.js';
import type { ProcessSlots } from './process-slots.js';
import type { ServerTarget } from './server-target.js';
import { StdioChildTransport } from './stdio-child.transport.js';
import { UNUSABLE_ANSWER } from './too-large-answer.js';
import { UpstreamFailure } from './upstream-failure.js';
import { UpstreamHttp } from './upstream-http.js';

/** The longest answer that is taken from an upstream server. */
export const ANSWER_MAX_BYTES = 8 * 1_048_576;
/** Beside the calls: the server's own stream, probes, notifications. */
const EXTRA_CONNECTIONS = 4;
/** The gateway's own timer comes first; the SDK's is only there because it has to be. */
const SDK_TIMER_SLACK_MS = 5_000;
/** How long a session that is replaced waits for its calls in flight; they have timeouts of their own. */
const RETIRE_CHECK_MS = 50;

export interface SessionOptions {
  /** As callers know it. */
  name: string;
  connectTimeoutMs: number;
  timeoutMs: number;
  concurrency: number;
  slots: ProcessSlots;
  /** Which addresses HTTP servers may have. */
  network: NetworkRules;
  onNoise: (text: string) => void;
  onToolsChanged: () => void;
  onClosed: (session: UpstreamSession) => void;
}

/** The caller's side of one request. */
export interface RequestLimits {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** One live connection to an upstream server, from `initialize` to its end. Says what went wrong in `UpstreamFailure`s. */
export class UpstreamSession {
  private active = 0;
  private closed = false;

  private constructor(
    private readonly options: SessionOptions,
    private readonly client: Client,
    private readonly transport: Transport,
    private readonly http: UpstreamHttp | undefined,
  ) {}

  static async open(target: ServerTarget, options: SessionOptions): Promise<UpstreamSession> {
    const client = new Client({ name: 'tallygate', version: VERSION }, { capabilities: {} });
    const { transport, http } = transportWithin(target, options);
    const session = new UpstreamSession(options, client, transport, http);
    client.onclose = () => session.ended();
    client.onerror = () => undefined; // what fails is told to whom it fails
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => options.onToolsChanged());
    const limits = { timeoutMs: options.connectTimeoutMs };
    try {
      await session.within(limits, (signal, timeout) => client.connect(transport, { signal, timeout }));
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

  /**
   * @throws UpstreamFailure; `SessionExpired` when the server no longer knows the session, so nothing was done;
   * McpError for an error the server answered.
   */
  async request<T>(method: string, params: Record<string, unknown>, schema: z.ZodType<T>, limits: RequestLimits): Promise<T> {
    this.active += 1;
    try {
      return await this.within(limits, (signal, timeout) =>
        this.client.request({ method, params } as never, schema as never, { signal, timeout }),
      );
    } finally {
      this.active -= 1;
    }
  }

  /** Closes once its calls in flight have ended. */
  retire(): void {
    if (this.active === 0) void this.close();
    else setTimeout(() => this.retire(), RETIRE_CHECK_MS).unref();
  }

  /** Resolves when the connections are closed or the process is gone. Never fails. */
  async close(): Promise<void> {
    if (this.transport instanceof StreamableHTTPClientTransport && !this.closed) await this.endSession(this.transport);
    await this.client.close().catch(() => undefined);
    await this.transport.close().catch(() => undefined);
    await this.http?.close();
  }

  /** A polite goodbye, so that the server need not keep the session; it may be gone itself. */
  private async endSession(transport: StreamableHTTPClientTransport): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, 500)));
    await Promise.race([transport.terminateSession().catch(() => undefined), late]).finally(() => clearTimeout(timer));
  }

  private ended(): void {
    if (this.closed) return;
    this.closed = true;
    this.options.onClosed(this);
  }

  /** A signal of its own for each request, since the SDK leaves its listener on the one it is given. */
  private async within<T>(
    { timeoutMs, signal }: RequestLimits,
    run: (signal: AbortSignal, timeout: number) => Promise<unknown>,
  ): Promise<T> {
    const own = new AbortController();
    const leave = () => own.abort(new UpstreamFailure('cancelled', 'The caller went away.'));
    const words = `${this.options.name} did not answer within ${timeoutMs / 1_000} s.`;
    const timer = setTimeout(() => own.abort(new UpstreamFailure('timeout', words)), timeoutMs);
    if (signal?.aborted) leave();
    signal?.addEventListener('abort', leave);
    try {
      return (await run(own.signal, timeoutMs + SDK_TIMER_SLACK_MS)) as T;
    } catch (error) {
      throw own.signal.aborted ? own.signal.reason : this.failureOf(error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
    }
  }

  private failureOf(error: unknown): Error {
    const { name } = this.options;
    if (error instanceof UpstreamFailure) return error;
    if (error instanceof McpError && error.code === UNUSABLE_ANSWER) {
      return new UpstreamFailure('protocol', `${name} failed: ${error.message.replace(/^MCP error -?\d+: /, '')}.`, error);
    }
    if (error instanceof McpError && error.code !== Number(ErrorCode.ConnectionClosed)) return error;
    if (error instanceof StreamableHTTPError) return this.httpFailure(error);
    if (['$ZodError', 'ZodError', 'SyntaxError'].includes((error as Error).name)) {
      return new UpstreamFailure('protocol', `${name} answered something that is not MCP.`, error);
    }
    if (error instanceof McpError) return new UpstreamFailure('unreachable', `${name} ended while it was asked.`, error);
    return new UpstreamFailure(...unreachable(name, error));
  }

  private httpFailure(error: StreamableHTTPError): Error {
    const { name } = this.options;
    if (isExpired(error, this.transport as StreamableHTTPClientTransport)) return new SessionExpired(error);
    const status = error.code ?? 0;
    if (status === 401 || status === 403) {
      return new UpstreamFailure('protocol', `${name} refused the gateway's credentials (HTTP ${status}).`, error);
    }
    if (status >= 400)
      return new UpstreamFailure(status < 500 ? 'refused' : 'protocol', `${name} answered HTTP ${status}.`, error);
    return new UpstreamFailure('protocol', `${name} answered something that is not MCP.`, error);
  }
}

/** The server has forgotten the session and did nothing: the request may be repeated on a new one. */
export class SessionExpired extends Error {
  constructor(cause: unknown) {
    super('the session has expired', { cause });
  }
}

/** 404 is the specification's answer; servers built after the SDK's example say 400. */
function isExpired({ code, message }: StreamableHTTPError, { sessionId }: StreamableHTTPClientTransport): boolean {
  return sessionId !== undefined && (code === 404 || (code === 400 && /session/i.test(message)));
}

function transportOf(target: ServerTarget, options: SessionOptions): { transport: Transport; http?: UpstreamHttp } {
  const { slots, onNoise } = options;
  if (target.transport === 'stdio') {
    return { transport: new StdioChildTransport({ ...target, slots, onNoise, maxAnswerBytes: ANSWER_MAX_BYTES }) };
  }
  const http = new UpstreamHttp(target.url, {
    ...options,
    headers: target.headers,
    connect: options.network.connectOptions(target.url),
    connections: options.concurrency + EXTRA_CONNECTIONS,
    maxAnswerBytes: ANSWER_MAX_BYTES,
  });
  return { transport: new StreamableHTTPClientTransport(new URL(target.url), { fetch: http.fetch }), http };
}

function transportWithin(target: ServerTarget, options: SessionOptions): ReturnType<typeof transportOf> {
  try {
    return transportOf(target, options);
  } catch (error) {
    throw new UpstreamFailure(...unreachable(options.name, error));
  }
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection',
  EPIPE: 'closed the connection',
  UND_ERR_SOCKET: 'closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'could not be connected to in time',
  ENOTFOUND: 'has a host name that does not exist',
  ENOENT: 'could not be started: no such program',
  EACCES: 'could not be started: not allowed',
};

/** Addresses and paths are the operator's business: the caller reads only what happened. */
function unreachable(name: string, error: unknown): [kind: 'unreachable' | 'protocol', message: string, cause: unknown] {
  const { code, message } = error as { code?: string; message?: string };
  if (message === 'its answer is too large') return ['protocol', `${name} failed: ${message}.`, error];
  if (error instanceof ForbiddenAddress) return ['unreachable', `${name} has an address that is not allowed.`, error];
  return ['unreachable', `${name} ${REASONS[code ?? ''] ?? 'cannot be reached'}.`, error];
}
