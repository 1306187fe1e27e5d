import type { components } from '../../client/gateway-client.js';
import { CliFailure, EXIT } from '../terminal/cli-failure.js';

type ToldAddresses = components['schemas']['AddressesDto'];

const HEALTH_TIMEOUT_MS = 2_000;
const HTTP_PORT = 80;
const REST_PORT = '8000';
const MCP_PORT = '8001';
/** Source 001, "Troubleshooting": how the message for a wrong key begins. */
const UNAUTHORIZED_WORDS = 'Unauthorized: Invalid or missing API Key';
const MCP_PATH = /\/(messages|mcp)\/?$/;

/** A gateway refused the key for what it said, or there was none to send. */
export const keyRefused = (key: string | undefined, said: string): CliFailure =>
  new CliFailure(`${UNAUTHORIZED_WORDS}. ${key === undefined ? 'Give it with --api-key or in TALLYGATE_API_KEY.' : said}`);

/** Where both listeners of a gateway are. */
export interface GatewayAddresses {
  rest: string;
  mcp: string;
}

/** Both addresses of the gateway at this URL, whichever of them it is: as the gateway says, or else as they usually are. */
export async function addressesOf(address: string): Promise<GatewayAddresses> {
  const told = await askHealth(restAt(parse(address)));
  return told ? addressesAsTold(address, told) : { rest: restUrlOf(address), mcp: mcpUrlOf(address) };
}

/**
 * Where the URL has one of the gateway's own ports, the other listener is on the other. A proxy in between has ports of its own, and
 * what the operator says of it counts; what came over TLS leads to nothing else.
 */
export function addressesAsTold(address: string, told: ToldAddresses): GatewayAddresses {
  const url = parse(address);
  const isDirect = url.protocol === 'http:' && [told.rest_port, told.mcp_port].includes(Number(url.port || HTTP_PORT));
  const pick = (said: string | undefined, direct: () => string, usual: string) => {
    if (said !== undefined && (url.protocol === 'http:' || said.startsWith('https:'))) return said;
    return isDirect ? direct() : usual;
  };
  return {
    rest: restAt(parse(pick(told.rest_url, () => withPort(url, told.rest_port), restUrlOf(address)))),
    mcp: mcpAt(parse(pick(told.mcp_url, () => withPort(url, told.mcp_port), mcpUrlOf(address)))),
  };
}

/** What `/health` says, at either listener; undefined when nobody answers it, or nobody of ours. */
async function askHealth(base: string): Promise<ToldAddresses | undefined> {
  try {
    const answer = await fetch(`${base}/health`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    const { addresses } = (await answer.json()) as { addresses?: ToldAddresses };
    return typeof addresses?.rest_port === 'number' && typeof addresses.mcp_port === 'number' ? addresses : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The MCP endpoint of the gateway at this URL, when it cannot be asked. On the usual ports each listener's address is derived from
 * the other's, so that `http://localhost:8000/mcp` (source 001) works; elsewhere both are assumed to be on one origin.
 */
export function mcpUrlOf(address: string): string {
  const url = parse(address);
  return mcpAt(url.port === REST_PORT ? parse(withPort(url, Number(MCP_PORT))) : url);
}

/** The REST endpoint of the gateway at this URL, without a slash at the end; see `mcpUrlOf`. */
export function restUrlOf(address: string): string {
  const url = parse(address);
  return restAt(url.port === MCP_PORT ? parse(withPort(url, Number(REST_PORT))) : url);
}

const mcpAt = (url: URL): string => (url.pathname === '/' ? new URL('/messages', url).href : url.href);
const restAt = (url: URL): string => (url.origin + url.pathname).replace(MCP_PATH, '').replace(/\/$/, '');
const withPort = (url: URL, port: number): string => Object.assign(new URL(url), { port: String(port) }).href;

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
