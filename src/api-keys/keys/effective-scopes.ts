import { hasScope, SCOPES, scopesOfRole, type Scope } from '../../auth/access/scopes.js';
import type { Role } from '../../auth/access/scopes.js';

const known = new Map<string, ReadonlySet<Scope>>();

/**
 * A key's current scopes: those it was created with, as far as its owner still has them. An admin's key shrinks to a
 * user's when the admin is demoted. Equal results are one object, since a cache holds very many of them.
 */
export function effectiveScopes(granted: readonly Scope[], role: Role): ReadonlySet<Scope> {
  const [key, owner] = [new Set(granted), new Set(scopesOfRole(role))];
  const scopes = SCOPES.filter((scope) => hasScope(key, scope) && hasScope(owner, scope));
  return shared(scopes);
}

/** At most one entry per combination of scopes, so a few dozen. */
function shared(scopes: Scope[]): ReadonlySet<Scope> {
  const name = scopes.join(' ');
  const set = known.get(name) ?? new Set(scopes);
  known.set(name, set);
  return set;
}
