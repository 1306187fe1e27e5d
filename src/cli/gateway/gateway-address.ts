import { CliFailure, EXIT } from '../terminal/cli-failure.js';

const REST_PORT = '8000';
const MCP_PORT = '8001';
/** Source 001, "Troubleshooting": the message for a wrong key. */
export const UNAUTHORIZED_WORDS = 'Unauthorized: Invalid or missing API Key';
const MCP_PATH = /\/(messages|mcp)\/?$/;

/**
 * The MCP endpoint of the gateway at this URL. One address names both listeners of a gateway: on the usual ports each
 * is derived from the other, so that `http://localhost:8000/mcp` (source 001) works; elsewhere both are assumed to be
 * on one origin.
 */
export function mcpUrlOf(address: string): string {
  const url = parse(address);
  if (url.port === REST_PORT) url.port = MCP_PORT;
  if (url.pathname === '/') url.pathname = '/messages';
  return url.href;
}

/** The REST endpoint of the gateway at this URL, without a slash at the end; see `mcpUrlOf`. */
export function restUrlOf(address: string): string {
  const url = parse(address);
  if (url.port === MCP_PORT) url.port = REST_PORT;
  return (url.origin + url.pathname).replace(MCP_PATH, '').replace(/\/$/, '');
}

function parse(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol)) return url;
  throw new CliFailure(`"${address}" is not an http:// or https:// URL, such as http://localhost:8000.`, EXIT.usage);
}

/** The failure when nothing answers: which address, and what to check. */
export function unreachable(url: string, error: unknown): CliFailure {
  const reason = reasonOf(error);
  const checks = 'Check that the gateway runs (npm start), that host and port are right, and that no firewall is in between.';
  return new CliFailure(`Cannot reach ${url}${reason ? ` (${reason})` : ''}. ${checks}`, EXIT.unreachable);
}

/** `fetch` hides the reason in the cause, and for a name with several addresses in the errors of that. */
function reasonOf(error: unknown): string | undefined {
  const { code, cause, errors, name } = error as { code?: string; cause?: unknown; errors?: unknown[]; name?: string };
  if (typeof code === 'string') return code;
  if (cause) return reasonOf(cause);
  if (errors?.[0]) return reasonOf(errors[0]);
  return name === 'TimeoutError' ? 'no answer in time' : undefined;
}
