/** An invalid field, in the shape of source 003: `{loc: ["body", "server_id"], msg, type}`. */
export interface InvalidField {
  loc: (string | number)[];
  msg: string;
  type: string;
}

/** Details of a failure beside its message. */
export interface GatewayFailure {
  /** HTTP status; undefined when no answer came. */
  status?: number;
  /** The gateway's `error_code`; here also `UNREACHABLE`, `TIMEOUT`, `INVALID_ANSWER`, and `HTTP_<status>` of proxies. */
  errorCode: string;
  /** Identifies the request in the gateway's log. */
  requestId?: string;
  /** With 403: the scopes that were needed. */
  requiredPermissions?: readonly string[];
  /** With 422: what is wrong with each field. */
  invalidFields?: readonly InvalidField[];
  /** Seconds after which to try again. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** A request that did not succeed. `errorCode` is the contract; the words may change. */
export class GatewayError extends Error {
  readonly status: number | undefined;
  readonly errorCode: string;
  readonly requestId: string | undefined;
  readonly requiredPermissions: readonly string[];
  readonly invalidFields: readonly InvalidField[];
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, failure: GatewayFailure) {
    super(message, { cause: failure.cause });
    this.name = 'GatewayError';
    this.status = failure.status;
    this.errorCode = failure.errorCode;
    this.requestId = failure.requestId;
    this.requiredPermissions = failure.requiredPermissions ?? [];
    this.invalidFields = failure.invalidFields ?? [];
    this.retryAfterSeconds = failure.retryAfterSeconds;
  }
}
