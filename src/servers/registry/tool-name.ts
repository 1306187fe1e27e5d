import { createHash } from 'node:crypto';

/** Longer names are refused by some MCP clients. */
export const TOOL_NAME_MAX_CHARS = 64;
const HASH_CHARS = 8;
const NOT_ALLOWED = /[^0-9A-Za-z_-]/g;

/** `{pool}__{tool}`, or the tool's own without a prefix. */
export const fullToolName = (pool: string, tool: string, prefixed: boolean): string => (prefixed ? `${pool}__${tool}` : tool);

/**
 * The name under which an upstream's tool is offered: its full one. A name that is
 * too long, or has characters that clients refuse, is changed and ends in a hash of the full one: the same for the same
 * tool on every replica, and different for different tools.
 */
export function publicToolName(pool: string, tool: string, prefixed: boolean): string {
  const full = fullToolName(pool, tool, prefixed);
  const allowed = full.replace(NOT_ALLOWED, '_');
  if (allowed === full && full.length > 0 && full.length <= TOOL_NAME_MAX_CHARS) return full;
  const hash = createHash('sha256').update(full).digest('hex').slice(0, HASH_CHARS);
  return `${allowed.slice(0, TOOL_NAME_MAX_CHARS - HASH_CHARS - 1)}_${hash}`;
}
