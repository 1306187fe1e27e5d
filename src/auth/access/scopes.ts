export type Role = 'user' | 'admin';

/** What a caller may do. Source 003, "Authentication Scopes"; `records:raw` is product.md's `allow_raw_records`. */
export const SCOPES = ['gateway:read', 'gateway:write', 'tools:call', 'records:raw', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** `admin` implies every other scope. */
export function hasScope(granted: ReadonlySet<Scope>, wanted: Scope): boolean {
  return granted.has(wanted) || granted.has('admin');
}

/** The scopes of a person who logged in. */
export function scopesOfRole(role: Role): readonly Scope[] {
  return role === 'admin' ? ['admin'] : ['gateway:read', 'tools:call'];
}
