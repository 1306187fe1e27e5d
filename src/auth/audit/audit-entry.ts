import type { Principal, RequestOrigin } from '../access/principal.js';

/** Who made a change, and how they came in. */
export interface Actor {
  via: 'login' | 'anonymous' | 'api_key' | 'password_link' | 'command_line' | 'gateway' | 'stripe';
  /** Absent for nobody in person: anybody while authentication is off, the machine's command line, the gateway itself, Stripe. */
  userId?: string;
  apiKeyId?: string;
  /** Absent for what no request makes. */
  request?: RequestOrigin;
}

/** Whoever may run programs on the data folder. */
export const COMMAND_LINE: Actor = { via: 'command_line' };
/** What happens by itself, or by a setting. */
export const GATEWAY: Actor = { via: 'gateway' };
export const STRIPE: Actor = { via: 'stripe' };

export function actorOf({ userId, apiKey, isAnonymous, request }: Principal): Actor {
  const from = request && { request };
  if (isAnonymous) return { via: 'anonymous', ...from };
  return apiKey ? { via: 'api_key', userId, apiKeyId: apiKey.id, ...from } : { via: 'login', userId, ...from };
}

/** What can be changed, by the kind of thing and what is done to it. */
export const AUDIT_ACTIONS = [
  'user.created',
  'user.invited',
  'user.changed',
  'user.role_changed',
  'user.activated',
  'user.deactivated',
  'user.deleted',
  'user.password_changed',
  'user.password_link_made',
  'login.succeeded',
  'login.failed',
  'login.ended',
  'api_key.created',
  'api_key.changed',
  'api_key.rotated',
  'api_key.revoked',
  'account.enabled',
  'account.activated',
  'account.deactivated',
  'account.tier_changed',
  'account.credits_added',
  'account.flags_cleared',
  'account.alerts_changed',
  'server.registered',
  'server.changed',
  'server.removed',
  'tool.approved',
  'pin.approved',
  'tool.changed',
  'price.changed',
  'price.reset',
  'tier.changed',
  'tier.reset',
  'settings.log_level_changed',
  'dataset.imported',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** One change, as it is written. */
export interface AuditEntry {
  action: AuditAction;
  /** Of the kind that the action begins with; of a login the user, of a tool and a pin the server, of a price and a tier the name. */
  subjectId: string;
  /** What is worth knowing: values before and after, a reason. Never a secret. */
  details?: Record<string, unknown>;
}
