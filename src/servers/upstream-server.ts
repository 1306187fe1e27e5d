import { McpError, ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Candidate } from './balancing.js';
import type { HealthReport } from './health-report.js';
import { afterFailure, afterSuccess, circuitOf, UNKNOWN, type Condition } from './server-condition.js';
import type { ServerInstance } from './server-instance.js';
import type { ServerTemplate } from './template.js';
import type { UpstreamToolDefinition } from './tool-pin.js';
import type { UpstreamConnection } from './upstream-connection.js';
import { UpstreamFailure } from './upstream-failure.js';

/** Lists may grow stale where a server does not announce its changes. */
const TOOLS_TTL_MS = 5 * 60_000;
/** A server that is not well is asked again this soon, however long its interval is. */
const RECHECK_MS = 1_000;
const TOOLS_MAX = 1_000;
const PAGES_MAX = 50;
/** Share of the newest answer in the moving average. */
const LATENCY_WEIGHT = 0.2;

const schemaObject = z.looseObject({ type: z.literal('object') });
const definition = z.looseObject({
  name: z.string().max(200),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: schemaObject,
  outputSchema: schemaObject.optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
});
const toolPage = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });
const anything = z.looseObject({});
const toolResult = z.looseObject({
  content: z.array(z.looseObject({ type: z.string() })).default([]),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
  _meta: z.record(z.string(), z.unknown()).optional(),
});

export type UpstreamResult = z.infer<typeof toolResult>;

/** One registered server at work: its connection, how it is, what it does now, and what it offers. */
export class UpstreamServer implements Candidate {
  /** Calls in flight, and calls in all. */
  active = 0;
  requests = 0;
  latencyMs = 0;
  /** What it offered when it was asked last, and which of it was approved, by name with the pin. */
  definitions: readonly UpstreamToolDefinition[] = [];
  approved: ReadonlyMap<string, string> = new Map();
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

  /** The list is old, or announced to have changed, or the session is a new one. */
  get isListStale(): boolean {
    return performance.now() - this.listedAt > TOOLS_TTL_MS;
  }

  isDue(now: number): boolean {
    return this.instance.enabled && now >= this.dueAt && this.circuit !== 'open';
  }

  /** Its list is asked for at the next check, which is now. */
  staleList(): void {
    this.listedAt = -Infinity;
    this.dueAt = -Infinity;
  }

  /**
   * @throws UpstreamFailure when it failed; McpError when it refused the call with an error.
   */
  async call(tool: string, args: Record<string, unknown>, signal: AbortSignal): Promise<UpstreamResult> {
    const { timeoutMs } = this.template;
    this.active += 1;
    this.requests += 1;
    try {
      return await this.observed(() =>
        this.connection.request('tools/call', { name: tool, arguments: args }, toolResult, { timeoutMs, signal }),
      );
    } finally {
      this.active -= 1;
    }
  }

  /** Asks how it is. Never fails; see `health`. */
  async check(): Promise<void> {
    const limits = { timeoutMs: this.template.healthCheckTimeoutMs };
    this.dueAt = Infinity;
    try {
      await this.observed(() => this.connection.request('ping', {}, anything, limits).catch(orUnknownMethod));
    } catch {
      // what went wrong is in the report
    } finally {
      const { healthCheckIntervalMs } = this.template;
      const pauseMs = this.isHealthy ? healthCheckIntervalMs : Math.min(RECHECK_MS, healthCheckIntervalMs);
      if (this.dueAt === Infinity) this.dueAt = performance.now() + pauseMs;
    }
  }

  /** What it offers now. Tools that are none are left out. @throws UpstreamFailure, McpError */
  async list(): Promise<UpstreamToolDefinition[]> {
    const limits = { timeoutMs: this.template.timeoutMs };
    const listedAt = performance.now();
    const tools = new Map<string, UpstreamToolDefinition>();
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX && tools.size < TOOLS_MAX; page += 1) {
      const answer = await this.connection.request('tools/list', cursor ? { cursor } : {}, toolPage, limits);
      for (const tool of answer.tools) {
        const { success, data } = definition.safeParse(tool);
        if (success && tools.size < TOOLS_MAX) tools.set(data.name, data as UpstreamToolDefinition);
      }
      if (!(cursor = answer.nextCursor)) break;
    }
    this.listedAt = listedAt;
    return [...tools.values()];
  }

  close(): Promise<void> {
    return this.connection.close();
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
      else if (error instanceof McpError) this.worked(performance.now() - started);
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

/** Modern servers have no `ping`; that they say so shows that they are well. */
function orUnknownMethod(error: unknown): unknown {
  if (error instanceof McpError && error.code === Number(ErrorCode.MethodNotFound)) return {};
  throw error;
}
