import { backendAway } from '../../common/backend-away.js';
import { isObject } from '../../common/json.js';
import { TallygateError, type ErrorCode } from '../../common/tallygate-error.js';
import { refusalHeaders } from '../../http/answer.js';
import { ClientCannot } from '../../tools/source/ask-client.js';
import { ServerError } from '../../tools/source/server-error.js';
import { ToolInputError } from '../../tools/source/tool-source.js';
import { JSON_RPC } from './json-rpc.js';

/** Codes beyond JSON-RPC's own. Those from -32020 are assigned by MCP 2026-07-28; the others are ours. */
export const MCP_ERROR = {
  UNAUTHORIZED: -32001,
  /** MCP before 2026-07-28. */
  RESOURCE_NOT_FOUND: -32002,
  RATE_LIMITED: -32005,
  UNAVAILABLE: -32006,
  CONFLICT: -32007,
  SESSION_NOT_FOUND: -32008,
  OTHER_REPLICA: -32009,
  HEADER_MISMATCH: -32020,
  MISSING_CLIENT_CAPABILITY: -32021,
  UNSUPPORTED_PROTOCOL_VERSION: -32022,
} as const;

/** A failure of the protocol itself, with the HTTP status its revision asks for. */
export class McpProtocolError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly status: number,
    readonly data?: Record<string, unknown>,
    /** In place of it, the JSON text that an upstream server wrote. */
    readonly dataJson?: string,
  ) {
    super(message);
  }
}

/** The error of an upstream server, as it was; the code for an unknown resource changed with MCP 2026-07-28. */
export function relayedError({ code, message, data }: ServerError, modern: boolean): McpProtocolError {
  const known = modern && code === Number(MCP_ERROR.RESOURCE_NOT_FOUND) ? JSON_RPC.INVALID_PARAMS : code;
  return new McpProtocolError(known, message, 200, undefined, data);
}

/** The parameters are not those of the method. */
export const invalidParams = (reason: string) => new McpProtocolError(JSON_RPC.INVALID_PARAMS, `Invalid params: ${reason}`, 200);

/** The client has not declared what it would have to (MCP 2026-07-28, "Capabilities"). */
export function missingCapabilities(requiredCapabilities: Record<string, unknown>): McpProtocolError {
  const names = Object.entries(requiredCapabilities).map(([name, said]) =>
    name === 'extensions' && isObject(said) ? `extension ${Object.keys(said).join(', ')}` : name,
  );
  const message = `Missing required client capability: ${names.join(', ')}`;
  return new McpProtocolError(MCP_ERROR.MISSING_CLIENT_CAPABILITY, message, 400, { requiredCapabilities });
}

/**
 * What a source refused with where no call ends, such as a completion or a question about a task; any other error as it is. That the
 * client cannot be asked is said as at the end of a call.
 */
export function refusalIn(error: unknown, modern: boolean): unknown {
  if (error instanceof ServerError) return relayedError(error, modern);
  if (modern && error instanceof ClientCannot && error.missing) return missingCapabilities(error.missing);
  return error instanceof ToolInputError ? invalidParams(error.message) : error;
}

/** An error as it goes over the wire. */
export interface McpFailure {
  status: number;
  headers: Record<string, string>;
  error: { code: number; message: string; data?: Record<string, unknown> };
  /** See `McpProtocolError`. */
  dataJson?: string;
}

const CODE: Partial<Record<ErrorCode, number>> = {
  UNAUTHORIZED: MCP_ERROR.UNAUTHORIZED,
  RATE_LIMITED: MCP_ERROR.RATE_LIMITED,
  CONFLICT: MCP_ERROR.CONFLICT,
  OVERLOADED: MCP_ERROR.UNAVAILABLE,
  UNAVAILABLE: MCP_ERROR.UNAVAILABLE,
  INSUFFICIENT_CREDITS: MCP_ERROR.UNAVAILABLE,
  UNKNOWN_TOOL: JSON_RPC.INVALID_PARAMS,
  BAD_REQUEST: JSON_RPC.INVALID_PARAMS,
  REQUEST_TIMEOUT: JSON_RPC.INVALID_REQUEST,
  PAYLOAD_TOO_LARGE: JSON_RPC.INVALID_REQUEST,
  UNSUPPORTED_MEDIA_TYPE: JSON_RPC.INVALID_REQUEST,
};

/** HTTP statuses clients act on; everything else is told inside a 200, as JSON-RPC over HTTP does. */
const HTTP_STATUSES = new Set([401, 408, 409, 413, 415, 429, 503]);

/** Renders any error for port 8001. Nothing internal leaves; `null` for an error nobody meant to show. */
export function mcpFailure(error: unknown, requestId: string): McpFailure {
  if (error instanceof McpProtocolError) {
    return {
      status: error.status,
      headers: {},
      error: { code: error.code, message: error.message, ...(error.data && { data: error.data }) },
      ...(error.dataJson !== undefined && { dataJson: error.dataJson }),
    };
  }
  const known = error instanceof TallygateError ? error : backendAway(error);
  if (known) return fromTallygate(known, requestId);
  const message = `Internal error. Request id: ${requestId}`;
  return { status: 500, headers: {}, error: { code: JSON_RPC.INTERNAL_ERROR, message } };
}

function fromTallygate(error: TallygateError, requestId: string): McpFailure {
  const { retryAfterSeconds } = error.extras;
  const data: Record<string, unknown> = { errorCode: error.code, requestId };
  if (retryAfterSeconds !== undefined) data['retryAfterMs'] = retryAfterSeconds * 1_000;
  const status = HTTP_STATUSES.has(error.status) ? error.status : 200;
  const code = CODE[error.code] ?? JSON_RPC.INTERNAL_ERROR;
  return { status, headers: refusalHeaders(error), error: { code, message: error.message, data } };
}
