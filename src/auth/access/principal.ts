import type { Request } from 'express';
import type { CreditBudget } from '../../limits/credit-budget.js';
import { scopesOfRole, type Role, type Scope } from './scopes.js';

/** What a principal has of the account of its user. */
export interface CallerAccount {
  id: number;
  tier: string;
}

/** Which request it was, for whoever looks for it in the log, and where it came from. */
export interface RequestOrigin {
  id: string;
  /** The client's, as reported by trusted proxies. */
  address: string | undefined;
}

export const originOf = (request: Request): RequestOrigin => ({
  id: (request as Request & { id: string }).id,
  address: request.ip,
});

/** The authenticated caller. Built once per request by a guard and read by everything after it. */
export interface Principal {
  userId: string;
  role: Role;
  scopes: ReadonlySet<Scope>;
  /** Nobody in person: with authentication off everyone acts as the first admin. */
  isAnonymous?: true;
  /** The request they make; absent where it is no request of REST. */
  request?: RequestOrigin;
  /** The account that calls are charged to; absent for a user without one. */
  accountId?: number;
  /** The tier of that account, whose limits count; absent as the account is. */
  tier?: string;
  /** The session of the portal the request came in; absent for every other credential. */
  session?: {
    id: string;
    expiresAt: Date;
    /** When its user last confirmed their password in it, in milliseconds since the epoch. */
    confirmedAt?: number;
  };
  /** The API key used; absent for a login token and a session. */
  apiKey?: {
    id: string;
    name: string;
    /** Null: every tool the scopes allow. */
    allowedTools: ReadonlySet<string> | null;
    /** Null: what keys of its owner have. */
    rateLimitPerHour: number | null;
    /** The first key of the rotations that led to this one, under whose id it is counted. Absent: it replaces none. */
    lineage?: string;
    /** What its calls may charge. Absent: as much as the account has. */
    budget?: CreditBudget;
  };
}

/** Whose calls these are: a key and those it was rotated to, or a user who is logged in. */
export const callerIdOf = ({ userId, apiKey }: Principal): string => apiKey?.lineage ?? apiKey?.id ?? userId;

/** The principal of a logged-in user, with the scopes of their role. */
export function principalOf({ id, role }: { id: string; role: Role }, account?: CallerAccount): Principal {
  return { userId: id, role, scopes: new Set(scopesOfRole(role)), ...(account && { accountId: account.id, tier: account.tier }) };
}
