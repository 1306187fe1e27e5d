import { isObject, jsonObject } from '../../../common/json.js';
import type { JsonMembers } from '../../../common/json-text/json-members.js';
import { OURS, withoutOurs } from '../../../common/json-text/our-meta.js';
import { VERSION } from '../../../common/version.js';
import type { Caller } from '../caller.js';

/** How the gateway calls itself at servers. */
export const CLIENT_INFO = { name: 'tallygate', version: VERSION };
/** The revision of servers that know no session: each request says all of it. */
export const MODERN_VERSION = '2026-07-28';

const PROTOCOL = 'io.modelcontextprotocol/';

/**
 * What of a caller's `_meta` is for the server: all that is neither the gateway's own nor said anew at each step (MCP, "General
 * fields"): tokens, and what the protocol says of client and server.
 */
export function metaForServer(meta: Iterable<[string, string]>): JsonMembers {
  const isForServer = ([name]: [string, string]) =>
    name !== 'progressToken' && !name.startsWith(PROTOCOL) && !name.startsWith(OURS);
  return Object.fromEntries([...meta].filter(isForServer));
}

/** The `_meta` of a request, as JSON: what its caller sent, the trace, and to a modern server who asks. Undefined where that is nothing. */
export function metaOf(caller: Caller | undefined, isModern: boolean, capabilities: object): string | undefined {
  const { meta, trace, logLevel } = caller ?? {};
  const members: Record<string, string | undefined> = { ...meta };
  for (const [name, value] of Object.entries({ ...trace })) members[name] = JSON.stringify(value);
  if (isModern) Object.assign(members, envelope(caller ? caller.capabilities : capabilities, logLevel));
  return Object.keys(members).length > 0 ? jsonObject(members) : undefined;
}

const INTRODUCTION: JsonMembers = {
  [`${PROTOCOL}protocolVersion`]: JSON.stringify(MODERN_VERSION),
  [`${PROTOCOL}clientInfo`]: JSON.stringify(CLIENT_INFO),
};

const envelope = (capabilities: object, logLevel?: string): JsonMembers => ({
  ...INTRODUCTION,
  [`${PROTOCOL}clientCapabilities`]: JSON.stringify(capabilities),
  [`${PROTOCOL}logLevel`]: logLevel && JSON.stringify(logLevel),
});

/**
 * Of what a server says, leaves out what its `_meta` has in the gateway's name: no server says what a call cost, or that its answer
 * was kept. One that is no object is left out, too. @param members Of what it says, as texts. @param value Its `_meta`
 */
export function dropOurMeta(members: Map<string, string>, value: unknown): void {
  if (!isObject(value)) members.delete('_meta');
  else if (Object.keys(value).some((name) => name.startsWith(OURS))) members.set('_meta', withoutOurs(members.get('_meta')!));
}
