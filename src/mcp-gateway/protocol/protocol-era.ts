import type { IncomingHttpHeaders } from 'node:http';
import { isObject } from '../../common/json.js';
import { JSON_RPC } from './json-rpc.js';
import { MCP_ERROR, McpProtocolError } from './mcp-error.js';
import { compareHeaders } from './routed-headers.js';

/** Revisions with an `initialize` handshake, oldest first. */
export const LEGACY_VERSIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const;
/** Revisions that carry their version in every request. */
export const MODERN_VERSIONS = ['2026-07-28'] as const;
const LATEST_LEGACY_VERSION = '2025-11-25';
/** What a request without a version header is taken for (MCP 2025-06-18, "Protocol Version Header"). */
export const ASSUMED_VERSION = '2025-03-26';

export interface Era {
  modern: boolean;
  version: string;
  /** From the modern `_meta`; legacy requests do not name their client after `initialize`. */
  clientName?: string;
}

const META = 'io.modelcontextprotocol/';
const isLegacy = (version: string) => (LEGACY_VERSIONS as readonly string[]).includes(version);
const isModern = (version: string) => (MODERN_VERSIONS as readonly string[]).includes(version);

const LEGACY_ONLY = new Set([
  ...['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe'],
  ...['tasks/list', 'tasks/result'],
]);
const MODERN_ONLY = new Set(['server/discover', 'subscriptions/listen', 'tasks/update']);

/** Whether clients of the revision ask for tasks themselves (MCP 2025-11-25); in the extension of MCP 2026-07-28 servers decide. */
export const hasAskedTasks = ({ version }: Era): boolean => version === LATEST_LEGACY_VERSION;

/** Whether the method exists in the era; one that was dropped or came later is as unknown as any other. */
export const existsIn = ({ modern }: Era, method: string): boolean => !(modern ? LEGACY_ONLY : MODERN_ONLY).has(method);

/** Whatever may name its revision. */
type Versioned = { kind: string; method: string; params: Record<string, unknown> };

/**
 * Which revision a message speaks: modern when its `_meta` says so, legacy otherwise (docs/mcp.md).
 * @throws McpProtocolError when headers and body disagree or the version is not served.
 */
export function readEra(message: Versioned, headers: IncomingHttpHeaders): Era {
  const meta = isObject(message.params['_meta']) ? message.params['_meta'] : undefined;
  const claimed = meta?.[`${META}protocolVersion`];
  if (claimed === undefined) return readLegacy(message, headers['mcp-protocol-version']);
  // Modern requests repeat in headers what intermediaries route on.
  if (message.kind === 'request') compareHeaders(message, headers, typeof claimed === 'string' ? claimed : '');
  return readModern(meta!, claimed);
}

function readLegacy(message: Versioned, header: string | string[] | undefined): Era {
  if (message.method === 'initialize') return { modern: false, version: negotiate(message.params['protocolVersion']) };
  if (header === undefined) return { modern: false, version: ASSUMED_VERSION };
  const version = String(header);
  if (isModern(version)) throw missingMeta('protocolVersion');
  if (!isLegacy(version)) {
    throw new McpProtocolError(JSON_RPC.INVALID_REQUEST, `Bad Request: Unsupported protocol version ${version}`, 400, {
      supported: served(),
      requested: version,
    });
  }
  return { modern: false, version };
}

/** Echo a version we serve, else offer our latest; the client decides whether it can live with that. */
function negotiate(requested: unknown): string {
  return typeof requested === 'string' && isLegacy(requested) ? requested : LATEST_LEGACY_VERSION;
}

function readModern(meta: Record<string, unknown>, claimed: unknown): Era {
  const version = typeof claimed === 'string' ? claimed : '';
  if (!isModern(version)) {
    throw new McpProtocolError(MCP_ERROR.UNSUPPORTED_PROTOCOL_VERSION, 'Unsupported protocol version', 400, {
      supported: served(),
      requested: version,
    });
  }
  if (!isObject(meta[`${META}clientCapabilities`])) throw missingMeta('clientCapabilities');
  const client = meta[`${META}clientInfo`];
  const clientName = isObject(client) && typeof client['name'] === 'string' ? client['name'] : undefined;
  return { modern: true, version, ...(clientName !== undefined && { clientName }) };
}

const served = () => [...MODERN_VERSIONS, ...[...LEGACY_VERSIONS].reverse()];

const missingMeta = (key: string) =>
  new McpProtocolError(
    JSON_RPC.INVALID_PARAMS,
    `Invalid params: _meta["${META}${key}"] is required in MCP ${MODERN_VERSIONS[0]}`,
    400,
  );
