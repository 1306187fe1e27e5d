import type { CallEffect, ClientRequest, LogLevel, LogMessage, Progress } from '../../tools/source/call-context.js';
import type { TraceContext } from '../../telemetry/trace-context.js';

/** The caller of one call, as far as the server that works on it may know and reach them. */
export interface Caller {
  readonly userId: string;
  /** What the caller's client can be asked for: `elicitation`, `sampling`, `roots`. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly wantsProgress: boolean;
  /** The least severe log messages that reach the caller; absent: none do. */
  readonly logLevel?: LogLevel | undefined;
  readonly trace?: TraceContext | undefined;
  progress(progress: Progress): void;
  log(message: LogMessage): void;
  elicitationCompleted(elicitationId: string): void;
  /** Passes a question of the server on. Rejects, in words for the server, when the caller cannot or will not be asked. */
  ask(request: ClientRequest): Promise<Record<string, unknown>>;
  /** The gateway refuses a question for a bound of its own; the caller does not pay for what the server fails with then. */
  onQuestionRefused(words: string): void;
  /** How far the call has come. */
  onEffect(effect: CallEffect): void;
}

const META = 'io.modelcontextprotocol/';

/**
 * The `_meta` of a caller's request to a server: the trace, and to a modern server what this caller's client can do, which legacy
 * servers are told once per connection. Undefined when there is nothing to say.
 */
export function metaOf({ trace, capabilities, logLevel }: Caller, era: 'legacy' | 'modern'): Record<string, unknown> | undefined {
  if (era === 'legacy') return trace && { ...trace };
  return { ...trace, [`${META}clientCapabilities`]: capabilities, ...(logLevel && { [`${META}logLevel`]: logLevel }) };
}
