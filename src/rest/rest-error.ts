import { HttpException } from '@nestjs/common';
import { backendAway } from '../common/backend-away.js';
import { refusalHeaders } from '../http/answer.js';
import { maskSecrets } from '../telemetry/mask-secrets.js';
import { TallygateError, type ErrorCode } from '../common/tallygate-error.js';

/** An error as REST shows it. */
export interface RestError {
  status: number;
  code: ErrorCode;
  detail: string | object;
  requiredPermissions?: readonly string[];
  headers: Record<string, string>;
  /** Nobody meant it to happen: it belongs into the log, and its own words stay there. */
  isUnexpected: boolean;
}

/** What a framework's or a parser's error is called here. */
const CODE_OF_STATUS: Record<number, ErrorCode> = {
  401: 'UNAUTHORIZED',
  403: 'INSUFFICIENT_PERMISSIONS',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'VALIDATION_ERROR',
  429: 'RATE_LIMITED',
};

const DETAIL_MAX = 500;
const INTERNAL_ERROR_WORDS = 'Internal error. The request id names it in the log of the gateway.';

/** Turns anything that was thrown into what the caller may see of it. */
export function restErrorOf(error: unknown): RestError {
  if (error instanceof TallygateError) return ofTallygate(error);
  if (error instanceof HttpException && error.getStatus() < 500) return ofFramework(error);
  return ofTallygate(backendAway(error) ?? new TallygateError('INTERNAL_ERROR', INTERNAL_ERROR_WORDS));
}

function ofTallygate(error: TallygateError): RestError {
  const { code, status, message, extras } = error;
  const { requiredPermissions } = extras;
  return {
    status,
    code,
    detail: extras.detail ?? message,
    ...(requiredPermissions ? { requiredPermissions } : {}),
    headers: refusalHeaders(error),
    // The cause of a refusal is what the caller sent: for the caller to mend, and no one to be woken for.
    isUnexpected: status >= 500 && (extras.cause !== undefined || code === 'INTERNAL_ERROR'),
  };
}

function ofFramework(error: HttpException): RestError {
  const status = error.getStatus();
  const words = error.cause instanceof SyntaxError ? 'The body is not valid JSON' : error.message;
  const detail = maskSecrets(words.slice(0, DETAIL_MAX));
  return { status, code: CODE_OF_STATUS[status] ?? 'BAD_REQUEST', detail, headers: {}, isUnexpected: false };
}
