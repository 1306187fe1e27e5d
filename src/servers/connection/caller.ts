import type { ClientRequest, LogLevel, LogMessage, Progress } from '../../tools/source/call-context.js';
import type { TraceContext } from '../../telemetry/trace-context.js';

/** What a server can reach of the caller while it works on a request of theirs, and may know of them. */
export interface CallerSide {
  /** What the caller's client can be asked: `elicitation`, `sampling`, `roots`. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly wantsProgress: boolean;
  /** The least severe messages that reach the caller; absent: none do. */
  readonly logLevel?: LogLevel | undefined;
  readonly trace?: TraceContext | undefined;
  progress(progress: Progress): void;
  log(message: LogMessage): void;
  elicitationCompleted(elicitationId: string): void;
  /** Rejects, in words for the server, when the caller cannot or will not be asked. */
  ask(request: ClientRequest): Promise<Record<string, unknown>>;
}

const META = 'io.modelcontextprotocol/';

/** What a request's `_meta` says of its caller; undefined when it says nothing. Each modern request names its own client's abilities. */
export function metaOf(
  { trace, capabilities, logLevel }: CallerSide,
  era: 'legacy' | 'modern',
): Record<string, unknown> | undefined {
  if (era === 'legacy') return trace && { ...trace };
  return { ...trace, [`${META}clientCapabilities`]: capabilities, ...(logLevel && { [`${META}logLevel`]: logLevel }) };
}
