import { maskSecrets } from '../../telemetry/mask-secrets.js';

/** One metered tool call. The field names are the columns of `mcp_tool_usage_log`. */
export interface UsageEvent {
  id: string;
  request_id: string;
  user_id: string;
  /** Empty for a call with a login token. */
  api_key_id: string;
  tool_name: string;
  /** The tool's source, e.g. `stock-data`. */
  service_prefix: string;
  table_name: string;
  /** JSON, secrets masked, at most 2 000 characters. */
  arguments: string;
  record_count: number;
  duration_ms: number;
  is_error: boolean;
  /** The tool or its backend failed; the caller is not to blame and pays nothing. */
  is_backend_error: boolean;
  error_code: string;
  /** Secrets masked, at most 500 characters. */
  error_message: string;
  credits_cost: number;
  credits_charged: number;
  /** From the client's `initialize` or `_meta`, or its user agent. */
  client_name: string;
  protocol_version: string;
  /** `http` or `rest`; earlier records may say `stdio`. */
  transport: string;
  /** Host name and process of the gateway that served it. */
  replica: string;
  /** ISO 8601, UTC, milliseconds; fixed when the call is admitted. */
  created_at: string;
}

/** A call as it happened, before anything is cut or masked. */
export interface FinishedCall extends Omit<UsageEvent, 'arguments' | 'created_at'> {
  arguments: Record<string, unknown>;
  /** When the call was admitted. */
  created_at: Date;
}

const ARGUMENTS_MAX_CHARS = 2_000;
const ERROR_MESSAGE_MAX_CHARS = 500;
/** Names and ids that a caller or an upstream server chooses. */
const NAME_MAX_CHARS = 200;

/** The record of a finished call: bounded, without secrets, and of values that every store accepts. */
export function usageEvent(call: FinishedCall): UsageEvent {
  return {
    ...call,
    request_id: text(call.request_id, NAME_MAX_CHARS),
    tool_name: text(call.tool_name, NAME_MAX_CHARS),
    table_name: text(call.table_name, NAME_MAX_CHARS),
    arguments: secretless(argumentsText(call.arguments), ARGUMENTS_MAX_CHARS),
    record_count: Math.trunc(amount(call.record_count)),
    duration_ms: amount(call.duration_ms),
    error_message: secretless(call.error_message, ERROR_MESSAGE_MAX_CHARS),
    client_name: secretless(call.client_name, NAME_MAX_CHARS),
    protocol_version: text(call.protocol_version, NAME_MAX_CHARS),
    created_at: call.created_at.toISOString(),
  };
}

/** A call is recorded whatever its arguments are. Both ports bound their depth; this does not rely on it. */
function argumentsText(args: Record<string, unknown>): string {
  try {
    return JSON.stringify(args);
  } catch (error) {
    return JSON.stringify({ unwritable: (error as Error).message });
  }
}

/** Masks before cutting, so that half a secret cannot slip through; looks at twice the length, so that huge input costs nothing. */
const secretless = (value: string, maxChars: number): string => text(maskSecrets(value.slice(0, 2 * maxChars)), maxChars);

/** NUL and lone surrogates, which a cut can leave behind, are not text to PostgreSQL or ClickHouse. */
function text(value: string, maxChars: number): string {
  const short = value.length > maxChars ? value.slice(0, maxChars) : value;
  return (short.includes('\0') ? short.replaceAll('\0', '') : short).toWellFormed();
}

/** Sources count their own records, so a count may be anything: what is not a countable amount becomes 0. */
const amount = (value: number): number => (value > 0 && value <= Number.MAX_SAFE_INTEGER ? value : 0);
