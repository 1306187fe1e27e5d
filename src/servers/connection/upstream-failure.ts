import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { TallygateError } from '../../common/tallygate-error.js';
import type { CallEffect } from '../../tools/source/call-context.js';
import { ForbiddenAddress } from '../../common/network/network-rules.js';
import { connectFailureOf } from './http/connect-failure.js';
import { AnswerTooLarge } from './http/event-pieces.js';
import { HttpRefusal } from './http/http-messages.js';
import { BrokenAnswer, ConnectionClosed, NotMcp } from './relay/no-answer.js';
import { RPC, ServerError } from '../../tools/source/server-error.js';
import { UNUSABLE_ANSWER } from './unusable-answer.js';

/**
 * `unreachable`: it refused the connection, ended, or did not start. `timeout`: it did not answer in time. `protocol`: its answer
 * is not MCP, or too large. `refused`: it answered with an error. `busy`: it has as many calls as it may. `cancelled`: the caller
 * went away.
 */
export type UpstreamFailureKind = 'unreachable' | 'timeout' | 'protocol' | 'refused' | 'busy' | 'cancelled';

/** An upstream server did not do what it was asked. The message is for the caller, who is charged nothing. */
export class UpstreamFailure extends TallygateError {
  /** How the server's program ended and what it said, a sentence, secrets masked. For operators only: it names paths and addresses. */
  words: string | undefined;
  /** What can be done about it, a sentence. For operators only. */
  advice: string | undefined;

  constructor(
    readonly kind: UpstreamFailureKind,
    message: string,
    cause?: unknown,
    /** What the request may have done. */
    readonly effect: CallEffect = kind === 'refused' ? 'known' : 'unknown',
  ) {
    super('BACKEND_ERROR', message, { cause });
    this.name = 'UpstreamFailure';
  }

  /** Whether the server closed a connection, perhaps one that it had kept open for too long. */
  get isReset(): boolean {
    return RESETS.has((this.cause as { code?: string } | undefined)?.code ?? '');
  }

  /** Whether it counts against the server's health. */
  get isServersFault(): boolean {
    return this.kind === 'unreachable' || this.kind === 'timeout' || this.kind === 'protocol';
  }
}

/** The server does not know the session any more, so it did nothing: the request can be repeated in a new session. */
export class SessionExpired extends Error {
  constructor(cause: unknown) {
    super('the session has expired', { cause });
  }
}

/** What a request may have done that failed so. */
export function effectOf(error: unknown): CallEffect {
  if (error instanceof UpstreamFailure) return error.effect;
  return error instanceof SessionExpired ? 'none' : 'known';
}

/** The server that a request went to. */
export interface AskedServer {
  /** As callers know it. */
  name: string;
  /** Whether the request was part of a session that the server gave out. */
  hasSession: boolean;
}

/**
 * Turns whatever a request failed with into an `UpstreamFailure`. A `ServerError` stays what it is: the server's own answer.
 * `SessionExpired` where the request can be repeated in a new session.
 */
export function failureOf(error: unknown, server: AskedServer): Error {
  const { name } = server;
  if (error instanceof UpstreamFailure || error instanceof ServerError || error instanceof SessionExpired) return error;
  if (error instanceof NotMcp) return notMcp(name, error);
  if (error instanceof BrokenAnswer || error instanceof AnswerTooLarge) return unusable(name, error);
  if (error instanceof ConnectionClosed) return closed(name, error);
  if (error instanceof HttpRefusal) return httpFailure(error, server);
  if (error instanceof ProtocolError) return error.code === UNUSABLE_ANSWER ? unusable(name, error) : serverErrorOf(error);
  if (error instanceof SdkHttpError) return httpFailure(new HttpRefusal(error.status ?? 0, String(error.data.text)), server);
  if (error instanceof SdkError) return sdkFailure(error, server);
  if (['$ZodError', 'ZodError', 'SyntaxError'].includes((error as Error).name)) return notMcp(name, error as Error);
  return unreachable(name, error);
}

const unusable = (name: string, error: Error) => new UpstreamFailure('protocol', `${name} failed: ${error.message}.`, error);

const closed = (name: string, error: Error) => new UpstreamFailure('unreachable', `${name} ended while it was asked.`, error);

/** What of the answer is wrong is said where it is known. */
function notMcp(name: string, error: Error): UpstreamFailure {
  const why = error instanceof NotMcp ? `: ${error.message}` : '';
  return new UpstreamFailure('protocol', `${name} answered something that is not MCP${why}.`, error);
}

const serverErrorOf = ({ code, message, data }: ProtocolError) =>
  new ServerError(code, message, data === undefined ? undefined : JSON.stringify(data));

function sdkFailure(error: SdkError, server: AskedServer): Error {
  const { name } = server;
  if (error.code === SdkErrorCode.ConnectionClosed) return closed(name, error);
  if (error.code === SdkErrorCode.RequestTimeout) return new UpstreamFailure('timeout', `${name} did not answer in time.`, error);
  if (error.code === SdkErrorCode.MethodNotSupportedByProtocolVersion)
    return new ServerError(RPC.METHOD_NOT_FOUND, error.message);
  return notMcp(name, error);
}

function httpFailure(error: HttpRefusal, { name, hasSession }: AskedServer): Error {
  const { status } = error;
  if (isExpired(error, hasSession)) return new SessionExpired(error);
  if (status === 401 || status === 403) {
    return new UpstreamFailure('protocol', `${name} refused the gateway's credentials (HTTP ${status}).`, error);
  }
  const own = error.serverError;
  if (own) return own;
  const kind = status >= 400 && status < 500 ? 'refused' : 'protocol';
  return new UpstreamFailure(kind, `${name} answered HTTP ${status}${adviceOf(error)}.`, error);
}

function adviceOf({ status, retryAfterSeconds }: HttpRefusal): string {
  if (retryAfterSeconds !== undefined) return ` and asks to be asked again in ${retryAfterSeconds} s`;
  return status >= 300 && status < 400 ? ', a redirect that is not followed: only 307 and 308 within its origin are' : '';
}

/** The specification says 404, which may be an answer as well; servers built after the SDK's example answer 400. */
export const isExpired = ({ status, body, isAnswer }: HttpRefusal, hasSession: boolean): boolean =>
  hasSession && ((status === 404 && !isAnswer) || ([400, 404].includes(status) && /session/i.test(body)));

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection',
  EPIPE: 'closed the connection',
  UND_ERR_SOCKET: 'closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'could not be connected to in time',
  ENOTFOUND: 'has a host name that does not exist',
  ENOENT: 'could not be started: no such program',
  EACCES: 'could not be started: not allowed',
};

const RESETS = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** With these, nothing was sent. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'ENOTFOUND', 'ENOENT', 'EACCES']);

/** Whether the request did not even reach the server. */
export const isNotReached = (error: unknown): boolean =>
  error instanceof UpstreamFailure
    ? error.kind !== 'timeout'
    : error instanceof ForbiddenAddress || NOT_CONNECTED.has((error as { code?: string }).code ?? '');

/** The server could not be connected to or started. Addresses and paths are only for the operator: callers read what happened. */
export function unreachable(name: string, error: unknown): UpstreamFailure {
  const { code } = error as { code?: string };
  if (error instanceof ForbiddenAddress) {
    const forbidden = new UpstreamFailure('unreachable', `${name} has an address that is not allowed.`, error, 'none');
    return Object.assign(forbidden, { advice: `${error.message}.` });
  }
  const failure = connectFailureOf(error);
  if (failure) {
    const { reason, advice } = failure;
    return Object.assign(new UpstreamFailure('unreachable', `${name} ${reason}.`, error, 'none'), { advice });
  }
  const effect = NOT_CONNECTED.has(code ?? '') ? 'none' : 'unknown';
  return new UpstreamFailure('unreachable', `${name} ${REASONS[code ?? ''] ?? 'cannot be reached'}.`, error, effect);
}
