import type { Principal } from '../../auth/access/principal.js';
import { hasScope } from '../../auth/access/scopes.js';

/**
 * The one rule for who may list and use a tool, a resource or a prompt. A key's allow-list names them: a tool or a prompt by its
 * name, a resource by its URI or its template. A key without a list reaches everything its scopes do.
 */
export function mayUse({ scopes, apiKey }: Principal, name: string): boolean {
  return hasScope(scopes, 'tools:call') && (!apiKey?.allowedTools || apiKey.allowedTools.has(name));
}

const EVERYTHING = '*';
const NOTHING = '-';
const viewOfAllowList = new WeakMap<ReadonlySet<string>, string>();

/** The same text for all callers for whom `mayUse` decides alike. */
export function viewOf({ scopes, apiKey }: Principal): string {
  if (!hasScope(scopes, 'tools:call')) return NOTHING;
  const allowed = apiKey?.allowedTools;
  if (!allowed) return EVERYTHING;
  let view = viewOfAllowList.get(allowed);
  if (view === undefined) viewOfAllowList.set(allowed, (view = [...allowed].sort().join(' ')));
  return view;
}
