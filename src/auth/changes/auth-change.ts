/** Who changed: a user by id, or a key by its token id. */
export interface AuthChange {
  kind: 'user' | 'key';
  id: string;
}

/** Changes that became known together, each once. */
export interface AuthChanges {
  users: ReadonlySet<string>;
  /** Token ids. */
  keys: ReadonlySet<string>;
}

/** The feed cannot say what changed, so everything may have. */
export const EVERYTHING = Symbol('EVERYTHING');

/** Called with what may no longer be believed. Must not throw. */
export type AuthChangeListener = (changes: AuthChanges | typeof EVERYTHING) => void;

/** Gathers changes by kind. */
export function authChanges(changes: Iterable<AuthChange>): AuthChanges {
  const found = { user: new Set<string>(), key: new Set<string>() };
  for (const { kind, id } of changes) found[kind].add(id);
  return { users: found.user, keys: found.key };
}

/** Reads a notification's payload, `key:<token id>` or `user:<id>`, as the triggers write it (`database/functions/triggers.sql`). */
export function parseAuthChange(payload: string): AuthChange | undefined {
  const match = /^(user|key):(.+)$/.exec(payload);
  return match ? { kind: match[1] as AuthChange['kind'], id: match[2]! } : undefined;
}
