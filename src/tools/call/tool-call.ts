import { randomUUID } from 'node:crypto';
import type { Principal } from '../../auth/access/principal.js';
import type { TraceContext } from '../../telemetry/trace-context.js';
import type { Span } from '../../telemetry/tracing.js';
import type { Cancellation } from './cancellation.js';
import type { CallClient, InputRequired } from '../source/call-context.js';
import type { CatalogTool } from '../catalog/catalog-tool.js';
import type { ToolResult } from '../source/tool-source.js';

/** A call as it came in, whatever protocol carried it. */
export interface ToolRequest {
  name: string;
  arguments: Record<string, unknown>;
  principal: Principal;
  requestId: string;
  clientName: string;
  protocolVersion: string;
  transport: 'http' | 'stdio' | 'rest';
  /** By the transport when the caller has gone, and by the runner when the time is over. */
  cancellation: Cancellation;
  /** What is called, where that is no tool the caller named: a read of a resource, a prompt. */
  entry?: CatalogTool | undefined;
  client: CallClient;
  /** The one upstream server the caller wants, by id. */
  serverId?: string | undefined;
  /** The trace the call belongs to. */
  trace?: TraceContext | undefined;
  /** Names a call that may be repeated by a caller who did not hear its answer. */
  idempotencyKey?: string | undefined;
}

/** Why a call did not succeed. `REFUSED`: it was not run, for want of credits. `INPUT_REQUIRED`: its client is asked first. */
export type ToolErrorCode =
  'INVALID_ARGUMENTS' | 'TOOL_ERROR' | 'BACKEND_ERROR' | 'TIMEOUT' | 'CANCELLED' | 'REFUSED' | 'INPUT_REQUIRED';

/** What became of a call. Expected failures are outcomes, not exceptions: they are recorded and answered like results. */
export interface ToolOutcome {
  result: ToolResult;
  /** Absent when the tool did what it was asked. */
  errorCode?: ToolErrorCode;
  /** What the client is asked before the call can go on, with `INPUT_REQUIRED`. */
  inputRequired?: InputRequired;
}

/** Failures the caller is not to blame for; nothing is charged for them. */
export const isBackendError = (code: ToolErrorCode | undefined): boolean => code === 'BACKEND_ERROR' || code === 'TIMEOUT';

/** One admitted call of one tool, from admission to record. */
export class ToolCall {
  /** The usage event's id; also what makes recording it twice harmless. */
  readonly id = randomUUID();
  /** Whether the tool was started: from then on the call may have had an effect. */
  hasRun = false;
  /** Why it did not succeed; known when it is recorded or refused. A kept answer given again has none. */
  errorCode?: ToolErrorCode;
  /** What its client would have had to declare to be asked, where that is why. */
  missingCapability?: string;
  /** Only while traces are on. */
  span?: Span;

  constructor(
    readonly entry: CatalogTool,
    readonly request: ToolRequest,
    /** Wall clock, ms since the epoch: when the call was admitted. */
    readonly admittedAt: number,
    /** Monotonic clock, ms. */
    readonly startedAt: number,
  ) {}
}

/** The outcome of a call that came to nothing, in words for the caller. */
export function failed({ entry }: ToolCall, errorCode: ToolErrorCode, message: string): ToolOutcome {
  const usage = { recordCount: 0, tableName: entry.tool.tableName };
  return { result: { content: [{ type: 'text', text: message }], isError: true, usage }, errorCode };
}
