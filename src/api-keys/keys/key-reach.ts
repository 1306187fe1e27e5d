import type { Principal } from '../../auth/access/principal.js';
import { isRaised, type CallerLimits } from '../../limits/hourly-limits.js';
import { hasScope, type Role, type Scope } from '../../auth/access/scopes.js';
import { effectiveScopes } from './effective-scopes.js';

/** How far a key reaches, one that is asked for or one that is there. */
export interface KeyReach {
  scopes: readonly Scope[];
  /** Null or absent: what keys of its owner have. */
  rateLimitPerHour?: number | null;
}

/** A stored key's scopes, with the role its owner has now. */
interface Owned {
  scopes: readonly Scope[];
  role: Role;
}

/**
 * What the giver lacks for giving a key, or replacing one, that reaches so far; empty when they may. A rate limit counts as a
 * permission: one that is raised (`isRaised`) holds whatever its owner's tier says, now and later, so only an admin may give it.
 */
export function lackingFor(
  { scopes: own }: Principal,
  { scopes, rateLimitPerHour = null }: KeyReach,
  limits: CallerLimits,
): Scope[] {
  const needed: Scope[] = isRaised(rateLimitPerHour, limits) ? [...scopes, 'admin'] : [...scopes];
  return needed.filter((scope) => !hasScope(own, scope));
}

/** A stored key's scopes as far as its owner still has them. */
export const scopesNow = ({ scopes, role }: Owned): Scope[] => [...effectiveScopes(scopes, role)];

/** The scopes of a key's successor: those it was given, or of them what the giver has, who may have been an admin once. */
export function inheritedScopes(giver: Principal, old: Owned): readonly Scope[] {
  return old.scopes.every((scope) => hasScope(giver.scopes, scope)) ? old.scopes : scopesNow(old);
}
