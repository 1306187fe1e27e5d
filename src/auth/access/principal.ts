import { scopesOfRole, type Role, type Scope } from './scopes.js';

/** Who is calling, however they proved it. Built once per request by a guard and read by everything after it. */
export interface Principal {
  userId: string;
  role: Role;
  scopes: ReadonlySet<Scope>;
  /** Whom calls are charged to; absent for a user without an account. */
  accountId?: number;
  /** The key they used; absent for a login token. */
  apiKey?: {
    id: string;
    name: string;
    /** Null: every tool the scopes reach. */
    allowedTools: ReadonlySet<string> | null;
    /** Null: the configured limit. */
    rateLimitPerHour: number | null;
  };
}

/** A person who logged in, with the scopes of their role. */
export function principalOf({ id, role }: { id: string; role: Role }, accountId?: number): Principal {
  return { userId: id, role, scopes: new Set(scopesOfRole(role)), ...(accountId !== undefined && { accountId }) };
}
