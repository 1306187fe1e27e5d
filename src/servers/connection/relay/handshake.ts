import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { isObject, withoutNulls } from '../../../common/json.js';
import { ServerError } from '../../../tools/source/server-error.js';
import type { Message } from './incoming.js';

/** The newest revision of each kind that the SDK's client speaks with sessions; an older or unknown one is spoken to as the oldest of them. */
const SESSION_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

/**
 * A message as the SDK's client can read it, which refuses one with members that it does not know. What servers answer to `initialize`
 * differs in small things that change nothing: null for what is absent, no version, a revision of a draft.
 */
export function readable(message: Message): JSONRPCMessage {
  const { id, method, params } = withoutNulls(message);
  const known = { jsonrpc: '2.0', ...(id !== undefined && { id }) };
  if (method === undefined) return { ...known, ...answerIn(message) } as JSONRPCMessage;
  return { ...known, method, ...(isObject(params) && { params }) } as JSONRPCMessage;
}

function answerIn({ result, error }: Message): object {
  if (isObject(result)) return { result: isHandshake(result) ? readableHandshake(result) : result };
  if (error === undefined || error === null) return { result: {} };
  const { code, message, data } = ServerError.of(error, JSON.stringify(error));
  return { error: { code, message, ...(data !== undefined && { data: JSON.parse(data) as unknown }) } };
}

const isHandshake = ({ protocolVersion, capabilities, serverInfo }: Record<string, unknown>): boolean =>
  typeof protocolVersion === 'string' || (isObject(capabilities) && isObject(serverInfo));

function readableHandshake(result: Record<string, unknown>): Record<string, unknown> {
  const { protocolVersion, capabilities, serverInfo, instructions } = withoutNulls(result);
  return {
    protocolVersion: SESSION_VERSIONS.includes(protocolVersion as string) ? protocolVersion : SESSION_VERSIONS.at(-1),
    capabilities: readableCapabilities(capabilities),
    serverInfo: readableInfo(serverInfo),
    ...(typeof instructions === 'string' && { instructions }),
  };
}

/** Of each capability what is said of it; `true` says as much as `{}`. */
export function readableCapabilities(given: unknown): Record<string, object> {
  if (!isObject(given)) return {};
  const said = Object.entries(given).filter(([, value]) => value !== null && value !== false);
  return Object.fromEntries(said.map(([name, value]) => [name, isObject(value) ? withoutNulls(value) : {}]));
}

function readableInfo(given: unknown): { name: string; version: string } {
  const { name, version } = isObject(given) ? given : {};
  return { name: typeof name === 'string' ? name : '', version: typeof version === 'string' ? version : '' };
}

/** What a modern server says of itself. */
export interface Discovered extends Record<string, unknown> {
  supportedVersions: string[];
  capabilities: Record<string, object>;
  serverInfo: { name: string; version: string };
  instructions?: string;
  ttlMs: number;
  cacheScope: 'private';
  resultType: 'complete';
}

/** The answer to `server/discover`, if it is one: it names a revision. */
export function discoveredIn(result: Record<string, unknown>): Discovered | undefined {
  const { supportedVersions, capabilities, serverInfo, instructions } = result;
  if (!Array.isArray(supportedVersions)) return undefined;
  return {
    supportedVersions: supportedVersions.filter((version): version is string => typeof version === 'string'),
    capabilities: readableCapabilities(capabilities),
    serverInfo: readableInfo(serverInfo),
    ...(typeof instructions === 'string' && { instructions }),
    ttlMs: 0,
    cacheScope: 'private',
    resultType: 'complete',
  };
}
