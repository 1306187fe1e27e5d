import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../../auth/access/principal.js';
import type { ErrorCode } from '../../common/tallygate-error.js';
import type { TraceContext } from '../../telemetry/trace-context.js';
import type { Span } from '../../telemetry/span.js';
import type { CatalogTool } from '../catalog/catalog-tool.js';
import type { CallClient, CallContext, CallEffect, InputRequired } from '../source/call-context.js';
import { RPC, type ServerError } from '../source/server-error.js';
import type { ToolResult } from '../source/tool-source.js';
import type { Cancellation } from '../../common/concurrency/cancellation.js';

/** A call as it came in, whatever protocol carried it. */
export interface ToolRequest {
  /** What is called: a tool, or the read of a resource or of a prompt in the form of one (read-as-call.ts). */
  entry: CatalogTool;
  arguments: Record<string, unknown>;
  /** See `CallContext`. */
  sent?: CallContext['sent'];
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
  /** Of the request it came in with; a batch's calls share them. */
  headers?: IncomingHttpHeaders | undefined;
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
  /** Its id is that of a task, whose end is charged once. */
  readonly isTask?: boolean;
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
  /** The tool's backend is to blame. */
  isBackendError: boolean;
}

/** What each failure means, for both protocols; `chargeOf` says what it costs. */
export const FAILURES: Readonly<Record<ToolErrorCode, Failure>> = {
  INVALID_ARGUMENTS: { error: 'INVALID_INPUT', isBackendError: false },
  TOOL_ERROR: { error: null, isBackendError: false },
  BACKEND_ERROR: { error: 'BACKEND_ERROR', isBackendError: true },
  TIMEOUT: { error: 'BACKEND_TIMEOUT', isBackendError: true },
  // The caller has gone; nobody reads it.
  CANCELLED: { error: 'BAD_REQUEST', isBackendError: false },
  REFUSED: { error: 'INSUFFICIENT_CREDITS', isBackendError: false },
  INPUT_REQUIRED: { error: null, isBackendError: false },
};

/** How a call ended. Expected failures are outcomes, not exceptions: they are recorded and answered like results. */
export interface ToolOutcome {
  result: ToolResult;
  /** Absent when the tool did what it was asked. */
  errorCode?: ToolErrorCode;
  /** What the client is asked before the call can go on, with `INPUT_REQUIRED`. */
  inputRequired?: InputRequired;
  /** The call goes on while its client is asked, and keeps what it holds; only this round has ended. */
  isSuspended?: true;
  /** What the client would have had to declare to be asked, where that is why the call failed. */
  missingCapabilities?: Readonly<Record<string, unknown>>;
  /** The caller's credits, where the call was refused since they are too few. */
  available?: number;
  /** The error that the tool's server answered, where its call failed with one. */
  serverError?: ServerError;
  /** What the call may have done, however it ended. */
  effect: CallEffect;
}

/**
 * What a call costs that ended so. A caller who goes away does not get for nothing what the tool has finished; whether they pay for
 * what was only begun, and for a tool's own failures, is the operator's to say for each template.
 */
export function chargeOf({ tool, price }: CatalogTool, { errorCode, effect, result }: ToolOutcome): number {
  if (result.isTask && tool.charge?.tasks === 'on_complete') return 0;
  if (errorCode === undefined) return price;
  if (errorCode === 'TOOL_ERROR') return tool.charge?.tool_errors === false ? 0 : price;
  if (errorCode === 'CANCELLED') return tool.charge?.cancelled && effect !== 'none' ? price : 0;
  return 0;
}

/** A failure in words for the caller. `effect`: unless it is said, the call has had none. */
export function failed(
  { tool }: CatalogTool,
  errorCode: ToolErrorCode,
  message: string,
  effect: CallEffect = 'none',
): ToolOutcome {
  const usage = { recordCount: 0, tableName: tool.tableName };
  return { result: { content: [{ type: 'text', text: message }], isError: true, usage }, errorCode, effect };
}

/** The server's own answer, an error. It costs nothing, whatever was asked of it. */
export function refusedByServer(entry: CatalogTool, serverError: ServerError): ToolOutcome {
  const { code, message } = serverError;
  const isAboutArguments = code === RPC.INVALID_PARAMS || code === RPC.RESOURCE_NOT_FOUND;
  return { ...failed(entry, isAboutArguments ? 'INVALID_ARGUMENTS' : 'BACKEND_ERROR', message), serverError };
}
