import type { IncomingHttpHeaders } from 'node:http';
import type { CallEffect, ClientRequest, LogLevel, LogMessage, Progress } from '../../tools/source/call-context.js';
import type { TraceContext } from '../../telemetry/trace-context.js';

/** The caller of one call, as far as the server that works on it may know and reach them. */
export interface Caller {
  readonly userId: string;
  /** Of the API key used; undefined for a login token. */
  readonly keyName: string | undefined;
  /** Of the request that the call came in with; what goes on of it, the template says. */
  readonly headers: IncomingHttpHeaders;
  /** What the gateway tells the server of the caller: members of `_meta`, which win over all others. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /** What the caller's client can be asked for: `elicitation`, `sampling`, `roots`. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly wantsProgress: boolean;
  /** The least severe log messages that reach the caller; absent: none do. */
  readonly logLevel?: LogLevel | undefined;
  readonly trace?: TraceContext | undefined;
  /** The same caller, with `meta`. */
  withMeta(meta: Readonly<Record<string, unknown>>): Caller;
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
 * The `_meta` of a caller's request to a server: the trace, what the gateway tells of the caller, and to a modern server what this caller's client can do, which legacy
 * servers are told once per connection. Undefined when there is nothing to say.
 */
export function metaOf(
  { trace, meta, capabilities, logLevel }: Caller,
  era: 'legacy' | 'modern',
): Record<string, unknown> | undefined {
  if (era === 'legacy') return trace || meta ? { ...trace, ...meta } : undefined;
  return {
    ...trace,
    [`${META}clientCapabilities`]: capabilities,
    ...(logLevel && { [`${META}logLevel`]: logLevel }),
    ...meta,
  };
}
