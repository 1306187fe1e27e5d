import { jsonObject } from '../../common/json.js';
import { withMembers, type JsonMembers } from '../../common/json-text/json-members.js';
import { withoutOurs } from '../../common/json-text/our-meta.js';

/**
 * The entry of something in a list of MCP, as JSON: what its source says of it, with what it is called here, and members of `_meta` of
 * the gateway's.
 */
export function listingOf(
  called: Record<string, string | undefined>,
  said: JsonMembers,
  ourMeta: Record<string, string> = {},
): string {
  const given = said['_meta'] && withoutOurs(said['_meta']);
  const meta = Object.keys(ourMeta).length > 0 ? withMembers(given ?? '{}', jsonMembers(ourMeta)) : given;
  return jsonObject({ ...said, ...jsonMembers(called), ...(meta !== undefined && { _meta: meta }) });
}

/** The members of an object of ours as JSON; those that are undefined are left out. */
export const jsonMembers = (members: Record<string, unknown>): JsonMembers =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, JSON.stringify(value) as string | undefined]));
