import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { Candidate } from './balancing.js';
import type { CallerSide } from '../connection/caller.js';
import type { HealthReport } from './health-report.js';
import { afterFailure, afterSuccess, circuitOf, UNKNOWN, type Condition } from './circuit-breaker.js';
import type { ServerInstance } from '../registry/registered-server.js';
import type { ServerTemplate } from '../templates/template.js';
import { ANSWERS, isInputAsked, type Answer, type CallerMethod, type InputAsked } from '../connection/answer-schemas.js';
import type { UpstreamConnection } from '../connection/reconnecting-connection.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';
import { NO_OFFER, offerOf, type UpstreamOffer } from '../connection/offered-lists.js';

/** Lists may grow stale where a server does not announce its changes. */
const LISTS_TTL_MS = 5 * 60_000;
/** A server that is not well is asked again this soon, however long its interval is. */
const RECHECK_MS = 1_000;
/** Share of the newest answer in the moving average. */
const LATENCY_WEIGHT = 0.2;

const anything = z.looseObject({});

/** A request of a caller, and the way back to them. */
export interface CallerRequest {
  params: Record<string, unknown>;
  /** What HTTP repeats of the arguments. */
  headers?: Readonly<Record<string, string>> | undefined;
  side: CallerSide;
  signal: AbortSignal;
}

/** One registered server at work: its connection, how it is, what it does now, and what it offers. */
export class UpstreamServer implements Candidate {
  /** Calls in flight, and calls in all. */
  active = 0;
  requests = 0;
  latencyMs = 0;
  /** What it offered when it was asked last, and which tools of it were approved, by name with the pin. */
  offer: UpstreamOffer = NO_OFFER;
  approved: ReadonlyMap<string, string> = new Map();
  /** Called when a resource it was told to follow has changed, or may have. */
  onUpdated: (uri: string) => void = () => undefined;
  private followed: ReadonlySet<string> = new Set();
  private condition: Condition = UNKNOWN;
  private dueAt = -Infinity;
  private listedAt = -Infinity;
  private report: Pick<HealthReport, 'checkedAt' | 'latencyMs' | 'error'> = { checkedAt: null, latencyMs: null, error: null };

  constructor(
    public instance: ServerInstance,
    readonly template: ServerTemplate,
    private readonly connection: UpstreamConnection,
  ) {}

  get id(): string {
    return this.instance.id;
  }

  get weight(): number {
    return this.instance.weight;
  }

  get isHealthy(): boolean {
    return this.condition.state === 'healthy';
  }

  get health(): HealthReport {
    return { state: this.condition.state, ...this.report };
  }

  get pid(): number | undefined {
    return this.connection.pid;
  }

  /** Closed: it serves. Half-open: one call may try. */
  get circuit(): 'closed' | 'open' | 'half-open' {
    return circuitOf(this.condition, performance.now());
  }

  get hasRoom(): boolean {
    return this.active < (this.circuit === 'half-open' ? 1 : this.template.concurrency);
  }

  /** Its lists are old, or announced to have changed, or the session is a new one. */
  get isListStale(): boolean {
    return performance.now() - this.listedAt > LISTS_TTL_MS;
  }

  isDue(now: number): boolean {
    return this.instance.enabled && now >= this.dueAt && this.circuit !== 'open';
  }

  /** Its lists are asked for at the next check, which is now. */
  staleList(): void {
    this.listedAt = -Infinity;
    this.dueAt = -Infinity;
  }

  /** Whether it helps callers to fill in arguments. */
  get completes(): boolean {
    return this.connection.capabilities.completions !== undefined;
  }

  /** A new session: whatever was known of it may have changed. */
  connected(): void {
    this.staleList();
    for (const uri of this.followed) this.onUpdated(uri);
  }

  /** The connection ended. Where somebody waits to hear of changes, there has to be another soon. */
  lost(): void {
    if (this.followed.size > 0) this.dueAt = -Infinity;
  }

  /** Has `onUpdated` called when one of these resources changes. */
  follow(uris: ReadonlySet<string>): void {
    this.followed = uris;
    this.connection.follow(uris);
  }

  /**
   * While the server waits for the caller, another call may have its place.
   * @throws UpstreamFailure when it failed; ProtocolError when it refused with an error.
   */
  async call<Method extends CallerMethod>(
    method: Method,
    { params, side, signal, headers }: CallerRequest,
  ): Promise<Answer<Method> | InputAsked> {
    const { timeoutMs } = this.template;
    const onPause = (paused: boolean) => void (this.active += paused ? -1 : 1);
    this.active += 1;
    this.requests += 1;
    try {
      const answer = await this.observed(() =>
        this.connection.request<object>(method, params, ANSWERS[method], { timeoutMs, signal, side, headers, onPause }),
      );
      return (isInputAsked(answer) ? { ...answer, serverId: this.id } : answer) as Answer<Method> | InputAsked;
    } finally {
      this.active -= 1;
    }
  }

  /** Asks how it is. Never fails; see `health`. */
  async check(): Promise<void> {
    const limits = { timeoutMs: this.template.healthCheckTimeoutMs };
    this.dueAt = Infinity;
    try {
      await this.observed(() => this.connection.request(this.probe, {}, anything, limits).catch(orUnknownMethod));
    } catch {
      // what went wrong is in the report
    } finally {
      const { healthCheckIntervalMs } = this.template;
      const pauseMs = this.isHealthy ? healthCheckIntervalMs : Math.min(RECHECK_MS, healthCheckIntervalMs);
      if (this.dueAt === Infinity) this.dueAt = performance.now() + pauseMs;
    }
  }

  /** What it offers now. @throws UpstreamFailure, ProtocolError */
  async list(): Promise<UpstreamOffer> {
    const limits = { timeoutMs: this.template.timeoutMs };
    const listedAt = performance.now();
    const offer = await offerOf(
      (method, params, schema) => this.connection.request(method, params, schema, limits),
      () => this.connection.capabilities,
    );
    this.listedAt = listedAt;
    return offer;
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** MCP 2026-07-28 has no `ping`. */
  private get probe(): string {
    return this.connection.era === 'modern' ? 'server/discover' : 'ping';
  }

  /** Every answer says something of its health, an error of its own as well: it works. */
  private async observed<T>(run: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      const result = await run();
      this.worked(performance.now() - started);
      return result;
    } catch (error) {
      if (error instanceof UpstreamFailure && error.isServersFault) this.failed(error);
      else if (error instanceof ProtocolError) this.worked(performance.now() - started);
      throw error;
    }
  }

  private worked(latencyMs: number): void {
    this.condition = afterSuccess(this.condition);
    this.latencyMs = this.latencyMs === 0 ? latencyMs : this.latencyMs + LATENCY_WEIGHT * (latencyMs - this.latencyMs);
    this.report = { checkedAt: new Date(), latencyMs: Math.round(latencyMs * 1_000) / 1_000, error: null };
  }

  private failed({ message }: UpstreamFailure): void {
    const now = performance.now();
    this.condition = afterFailure(this.condition, now);
    this.report = { ...this.report, checkedAt: new Date(), error: message };
    if (this.dueAt !== Infinity) this.dueAt = Math.min(this.dueAt, now + RECHECK_MS);
  }
}

/** That it does not know the question shows that it is well. */
function orUnknownMethod(error: unknown): unknown {
  if (error instanceof ProtocolError && error.code === Number(ProtocolErrorCode.MethodNotFound)) return {};
  throw error;
}
