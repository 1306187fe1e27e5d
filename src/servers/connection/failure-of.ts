import { ProtocolError, ProtocolErrorCode, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { ForbiddenAddress } from '../templates/network-rules.js';
import { UNUSABLE_ANSWER } from './stdio/too-large-answer.js';
import { UpstreamFailure } from './upstream-failure.js';
import { TOO_LARGE } from './http/http-pool.js';

/** The server has forgotten the session and did nothing: the request may be repeated on a new one. */
export class SessionExpired extends Error {
  constructor(cause: unknown) {
    super('the session has expired', { cause });
  }
}

/** Who answered, or did not. */
export interface Answerer {
  name: string;
  /** Whether the request was part of a session the server gave. */
  hasSession: boolean;
}

/** What went wrong with a request, in words for the caller; a `ProtocolError` where the server said so itself. */
export function failureOf(error: unknown, { name, hasSession }: Answerer): Error {
  if (error instanceof UpstreamFailure) return error;
  if (error instanceof ProtocolError) return error.code === UNUSABLE_ANSWER ? unusable(name, error) : error;
  if (error instanceof SdkHttpError) return httpFailure(error, name, hasSession);
  if (error instanceof SdkError) return sdkFailure(error, { name, hasSession });
  if (['$ZodError', 'ZodError', 'SyntaxError'].includes((error as Error).name)) {
    return new UpstreamFailure('protocol', `${name} answered something that is not MCP.`, error);
  }
  return unreachable(name, error);
}

const unusable = (name: string, error: Error) => new UpstreamFailure('protocol', `${name} failed: ${error.message}.`, error);

function sdkFailure(error: SdkError, answerer: Answerer): Error {
  const { name } = answerer;
  if (error.code === SdkErrorCode.EraNegotiationFailed && error.cause) return failureOf(error.cause, answerer);
  if (error.code === SdkErrorCode.ConnectionClosed) {
    return new UpstreamFailure('unreachable', `${name} ended while it was asked.`, error);
  }
  if (error.code === SdkErrorCode.RequestTimeout) return new UpstreamFailure('timeout', `${name} did not answer in time.`, error);
  if (error.code === SdkErrorCode.MethodNotSupportedByProtocolVersion) {
    return new ProtocolError(ProtocolErrorCode.MethodNotFound, error.message);
  }
  return new UpstreamFailure('protocol', `${name} answered something that is not MCP.`, error);
}

function httpFailure(error: SdkHttpError, name: string, hasSession: boolean): Error {
  const { status = 0 } = error;
  if (isExpired(error, hasSession)) return new SessionExpired(error);
  if (status === 401 || status === 403) {
    return new UpstreamFailure('protocol', `${name} refused the gateway's credentials (HTTP ${status}).`, error);
  }
  const own = status < 500 ? ownError(error.data.text) : undefined;
  if (own) return own;
  if (status >= 400) return new UpstreamFailure(status < 500 ? 'refused' : 'protocol', `${name} answered HTTP ${status}.`, error);
  return new UpstreamFailure('protocol', `${name} answered something that is not MCP.`, error);
}

/** 404 is the specification's answer; servers built after the SDK's example say 400. */
const isExpired = ({ status, message }: SdkHttpError, hasSession: boolean): boolean =>
  hasSession && (status === 404 || (status === 400 && /session/i.test(message)));

const errorBody = z.looseObject({ error: z.looseObject({ code: z.number(), message: z.string(), data: z.unknown() }) });

/** Servers of 2026-07-28 answer errors with a status: 404 for a method they do not have. */
function ownError(text: unknown): ProtocolError | undefined {
  try {
    const { error } = errorBody.parse(JSON.parse(String(text)));
    return ProtocolError.fromError(error.code, error.message, error.data);
  } catch {
    return undefined;
  }
}

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

/** Addresses and paths are the operator's business: the caller reads only what happened. */
export function unreachable(name: string, error: unknown): UpstreamFailure {
  const { code, message } = error as { code?: string; message?: string };
  if (message === TOO_LARGE) return new UpstreamFailure('protocol', `${name} failed: ${message}.`, error);
  if (error instanceof ForbiddenAddress) {
    return new UpstreamFailure('unreachable', `${name} has an address that is not allowed.`, error);
  }
  return new UpstreamFailure('unreachable', `${name} ${REASONS[code ?? ''] ?? 'cannot be reached'}.`, error);
}
