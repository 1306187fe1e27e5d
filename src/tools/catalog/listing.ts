import { jsonObject } from '../../common/json.js';
import { withMembers, type JsonMembers } from '../../common/json-text.js';

/**
 * The entry of something in a list of MCP, as JSON: what it is called here, then what its source says of it; in `_meta` the table that
 * the gateway records its calls under, where there is one.
 */
export function listingOf(called: Record<string, string | undefined>, said: JsonMembers, tableName = ''): string {
  const { _meta: given = '{}' } = said;
  const meta = tableName === '' ? {} : { _meta: withMembers(given, { 'tallygate/table': JSON.stringify(tableName) }) };
  return jsonObject({ ...said, ...jsonMembers(called), ...meta });
}

/** The members of an object of ours as JSON; those that are undefined are left out. */
export const jsonMembers = (members: Record<string, unknown>): JsonMembers =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, JSON.stringify(value) as string | undefined]));
