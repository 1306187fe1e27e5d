export const ROLES = ['user', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/**
 * The permissions of callers. Source 003, "Authentication Scopes". `records:raw` can be given to keys; no endpoint
 * requires it yet.
 */
export const SCOPES = ['gateway:read', 'gateway:write', 'tools:call', 'records:raw', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** `admin` implies every other scope. */
export function hasScope(granted: ReadonlySet<Scope>, wanted: Scope): boolean {
  return granted.has(wanted) || granted.has('admin');
}

/** The scopes of a logged-in person. */
export function scopesOfRole(role: Role): readonly Scope[] {
  return role === 'admin' ? ['admin'] : ['gateway:read', 'tools:call'];
}
