/** Every error a caller can see, with its HTTP status. The code is the contract; the words may change. */
export const ERROR_STATUS = {
  BAD_REQUEST: 400,
  INVALID_INPUT: 400,
  UNAUTHORIZED: 401,
  INVALID_CREDENTIALS: 401,
  INSUFFICIENT_CREDITS: 402,
  INSUFFICIENT_PERMISSIONS: 403,
  REGISTRATION_CLOSED: 403,
  HOST_NOT_ALLOWED: 403,
  CSRF_REFUSED: 403,
  CONFIRMATION_REQUIRED: 403,
  NOT_FOUND: 404,
  UNKNOWN_TOOL: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  VALIDATION_ERROR: 422,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
  BACKEND_ERROR: 502,
  OVERLOADED: 503,
  UNAVAILABLE: 503,
  BACKEND_TIMEOUT: 504,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One invalid field, in the shape of source 003: `{loc: ["body", "server_id"], msg, type}`. */
export interface FieldProblem {
  loc: (string | number)[];
  msg: string;
  type: string;
}

export interface ErrorExtras {
  /** Replaces the plain message in `detail`: a list of field problems, or the source's `{code, message}`. */
  detail?: FieldProblem[] | { code: string; message?: string };
  requiredPermissions?: readonly string[];
  retryAfterSeconds?: number;
  /** With UNAUTHORIZED: no credential came. Else the one that came is wrong. */
  isCredentialMissing?: boolean;
  /** Internal; goes to the log, never to the caller. */
  cause?: unknown;
}

/**
 * The only error services throw on purpose. `message` is public; `cause` is internal.
 * Each protocol has one renderer: `RestExceptionFilter` on 8000, `mcp-error.ts` on 8001.
 */
export class TallygateError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly extras: ErrorExtras = {},
  ) {
    super(message, { cause: extras.cause });
    this.name = 'TallygateError';
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }
}
