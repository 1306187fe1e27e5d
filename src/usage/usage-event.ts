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
  /** `http`, `stdio` or `rest`. */
  transport: string;
  /** Host name and process of the gateway that served it. */
  replica: string;
  /** ISO 8601, UTC, milliseconds; fixed when the call is admitted. */
  created_at: string;
}
