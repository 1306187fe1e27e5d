import type { IncomingHttpHeaders } from 'node:http';
import type { Cancellation } from '../../common/concurrency/cancellation.js';
import type { Principal } from '../../auth/access/principal.js';
import type { TraceContext } from '../../telemetry/trace-context.js';
import type { ResultTexts } from './result-texts.js';

/** What a tool, a resource or a prompt may know of the call it serves. */
export interface CallContext {
  principal: Principal;
  requestId: string;
  /** The one upstream server that is wanted, by id, where the caller named one; else any of the pool. */
  serverId?: string | undefined;
  /** Of the request it came in with, the caller's credential included. */
  headers?: IncomingHttpHeaders | undefined;
  /** The caller's trace, to be passed on. */
  trace?: TraceContext | undefined;
  /** What the caller wrote, for servers that get it as it is; absent where the call is made here. */
  sent?: (() => SentTexts) | undefined;
  /** Cancelled when the tool should stop: its time is over, or its caller has gone and it did not end soon after. Has an `AbortSignal`. */
  cancellation: Cancellation;
  client: CallClient;
  /** Told by the tools of upstream servers how far a call has come; the runner judges our own by how they end. */
  onEffect?(effect: CallEffect): void;
  /** Told when the gateway, not the client, refuses a question of the tool, in words for the caller. */
  onQuestionRefused?(words: string): void;
}

/** Parts of a request, as the JSON texts they came in. */
export interface SentTexts {
  /** All of a request of MCP; of REST the `arguments` alone. */
  params: ReadonlyMap<string, string>;
  /** Members of `_meta`. */
  meta: ReadonlyMap<string, string>;
}

/**
 * What a call may have done: nothing (`none`), since it has not been sent; anything (`unknown`), since it was sent and has not been
 * answered; what its answer says (`known`).
 */
export type CallEffect = 'none' | 'unknown' | 'known';

/** How far a call is; MCP, "Progress". */
export interface Progress {
  /** Grows with every report. */
  progress: number;
  /** What `progress` will be at the end, if known. */
  total?: number;
  message?: string;
  /** Of an upstream server's: what goes on in place of all this, but for the token. */
  texts?: ResultTexts;
}

/** MCP, "Logging": the severities of RFC 5424, least severe first. */
export const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogMessage {
  level: LogLevel;
  logger?: string;
  data: unknown;
  /** Of an upstream server's: what goes on in place of all this. */
  texts?: ResultTexts;
}

/** What a server may ask of a client: `elicitation/create`, `sampling/createMessage` or `roots/list`. */
export interface ClientRequest {
  method: string;
  params: Record<string, unknown>;
}

/** A client's answers to what an earlier round of this call asked, by the names they were asked under. */
export interface CallInput {
  responses: Record<string, unknown>;
  /** What the call gave to `InputRequired` in that round; it was not changed on the way. */
  state?: unknown;
}

/** The way back to the caller while their call is served. What cannot reach them is dropped, never an error. */
export interface CallClient {
  /** What the client said it can do: `elicitation`, `sampling`, `roots`. Empty where it said nothing. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Present from the second round of a call on. */
  readonly input?: CallInput;
  /** Whether reports of progress reach anybody. Where they do not, nobody else is asked for them either. */
  readonly wantsProgress: boolean;
  /** The least severe messages that reach the caller; absent: none do. */
  readonly logLevel?: LogLevel;
  progress(progress: Progress): void;
  log(message: LogMessage): void;
  /**
   * Asks the client and waits: over the call's open response, or between two rounds of a call to an upstream server. Absent for
   * clients without a way to answer: our own tools ask those of MCP 2026-07-28 by throwing `InputRequired`, others (no session,
   * REST) cannot be asked at all. See `askClient`.
   * Rejects when the client refuses, does not answer in time, or goes.
   */
  readonly ask?: (request: ClientRequest) => Promise<Record<string, unknown>>;
  /** Why a client cannot be asked that could be otherwise, in words for the caller. */
  readonly unaskable?: string | undefined;
  /** What the client was asked to do at a URL is done (MCP 2025-11-25, "Elicitation"); mostly after the answer. Absent where nobody hears. */
  elicitationCompleted?(elicitationId: string): void;
  /** Whether the client understands `InputRequired`: it speaks MCP 2026-07-28. */
  readonly takesRounds: boolean;
}

/** A caller that can neither be told nor asked anything before the answer, such as one over REST. */
export const SILENT_CLIENT: CallClient = {
  capabilities: {},
  takesRounds: false,
  wantsProgress: false,
  progress: () => undefined,
  log: () => undefined,
};

/**
 * Ends this round of a call: the client is asked and calls again with the answers (MCP 2026-07-28, "Multi Round-Trip Requests").
 * The call runs anew then, perhaps on another replica, with `client.input`. Nothing is charged for this round.
 */
export class InputRequired extends Error {
  override name = 'InputRequired';

  constructor(
    /** By a name of the call's choice. */
    readonly requests: Record<string, ClientRequest>,
    /** JSON, handed back in the next round: signed, but readable by the client. */
    readonly state?: unknown,
    /** Of an upstream server: the requests as it wrote them, which go on in place of those. */
    readonly requestsJson = JSON.stringify(requests),
  ) {
    super('The client is asked first.');
  }
}
