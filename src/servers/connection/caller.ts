import type { IncomingHttpHeaders } from 'node:http';
import type { CallEffect, ClientRequest, LogLevel, LogMessage, Progress } from '../../tools/source/call-context.js';
import type { JsonMembers } from '../../common/json-text/json-members.js';
import type { TraceContext } from '../../telemetry/trace-context.js';

/** The caller of one call, as far as the server that works on it may know and reach them. */
export interface Caller {
  readonly userId: string;
  /** Of the API key used; undefined for a login token. */
  readonly keyName: string | undefined;
  /** Of the request that the call came in with; what goes on of it, the template says. */
  readonly headers: IncomingHttpHeaders;
  /** What the caller's client can be asked for: `elicitation`, `sampling`, `roots`. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly wantsProgress: boolean;
  /** The least severe log messages that reach the caller; absent: none do. */
  readonly logLevel?: LogLevel | undefined;
  readonly trace?: TraceContext | undefined;
  /** What of `_meta` is for the server, each member as JSON: of the caller's own, and what the gateway tells of them. */
  readonly meta?: JsonMembers | undefined;
  /** The same caller, with these members of `_meta` in place of theirs. */
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
