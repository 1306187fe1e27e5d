import type { Principal } from '../../auth/access/principal.js';
import type { ErrorCode } from '../../common/tallygate-error.js';
import type { TraceContext } from '../../telemetry/trace-context.js';
import type { Span } from '../../telemetry/span.js';
import type { CatalogTool } from '../catalog/catalog-tool.js';
import type { CallClient, InputRequired } from '../source/call-context.js';
import type { ToolResult } from '../source/tool-source.js';
import type { Cancellation } from './cancellation.js';

/** A call as it came in, whatever protocol carried it. */
export interface ToolRequest {
  /** What is called: a tool, or the read of a resource or of a prompt in the form of one (read-as-call.ts). */
  entry: CatalogTool;
  arguments: Record<string, unknown>;
  principal: Principal;
  requestId: string;
  /** What the client calls itself; of any length. */
  clientName: string;
  protocolVersion: string;
  transport: 'http' | 'rest';
  /** Cancelled by the transport when the caller has gone, and by the runner when the time is over. */
  cancellation: Cancellation;
  client: CallClient;
  /** The one upstream server the caller wants, by id. */
  serverId?: string | undefined;
  /** The trace the call belongs to. */
  trace?: TraceContext | undefined;
  /** Names a call that may be repeated by a caller who did not hear its answer; as the caller sent it, not checked yet. */
  idempotencyKey?: unknown;
}

/** One call of one tool, from its beginning to its record. */
export interface ToolCall {
  /** The usage event's id; also what makes recording it twice harmless. */
  readonly id: string;
  readonly entry: CatalogTool;
  readonly request: ToolRequest;
  /** Wall clock, ms since the epoch. */
  readonly startedAt: number;
  /** Monotonic clock, ms. */
  readonly startedAtMonotonic: number;
  /** Only while traces are on. */
  readonly span: Span | undefined;
}

/**
 * Why a call did not succeed. `REFUSED`: it was not run, for want of credits or of an account that is on; no call, so neither charged
 * nor recorded. `INPUT_REQUIRED`: its client is asked first.
 */
export type ToolErrorCode =
  'INVALID_ARGUMENTS' | 'TOOL_ERROR' | 'BACKEND_ERROR' | 'TIMEOUT' | 'CANCELLED' | 'REFUSED' | 'INPUT_REQUIRED';

interface Failure {
  /** The error that a protocol without failures inside results answers with; null: an answer like any other. */
  error: ErrorCode | null;
  /** Nothing is charged: the tool did not run, or the caller is not to blame. */
  isFree: boolean;
  /** The tool's backend is to blame. */
  isBackendError: boolean;
}

/**
 * What each failure means, for both protocols. A tool that ran and says that it cannot do what was asked has done its work, and is
 * charged (source 002).
 */
export const FAILURES: Readonly<Record<ToolErrorCode, Failure>> = {
  INVALID_ARGUMENTS: { error: 'INVALID_INPUT', isFree: true, isBackendError: false },
  TOOL_ERROR: { error: null, isFree: false, isBackendError: false },
  BACKEND_ERROR: { error: 'BACKEND_ERROR', isFree: true, isBackendError: true },
  TIMEOUT: { error: 'BACKEND_TIMEOUT', isFree: true, isBackendError: true },
  // The caller has gone; nobody reads it.
  CANCELLED: { error: 'BAD_REQUEST', isFree: true, isBackendError: false },
  REFUSED: { error: 'INSUFFICIENT_CREDITS', isFree: true, isBackendError: false },
  INPUT_REQUIRED: { error: null, isFree: true, isBackendError: false },
};

/** How a call ended. Expected failures are outcomes, not exceptions: they are recorded and answered like results. */
export interface ToolOutcome {
  result: ToolResult;
  /** Absent when the tool did what it was asked. */
  errorCode?: ToolErrorCode;
  /** What the client is asked before the call can go on, with `INPUT_REQUIRED`. */
  inputRequired?: InputRequired;
  /** What the client would have had to declare to be asked, where that is why the call failed. */
  missingCapability?: string;
  /** The caller's credits, where the call was refused since they are too few. */
  available?: number;
  /** The tool was not started, so that the call has had no effect. */
  hasNotRun?: true;
}

/** A failure in words for the caller. */
export function failed({ tool }: CatalogTool, errorCode: ToolErrorCode, message: string): ToolOutcome {
  const usage = { recordCount: 0, tableName: tool.tableName };
  return { result: { content: [{ type: 'text', text: message }], isError: true, usage }, errorCode };
}
