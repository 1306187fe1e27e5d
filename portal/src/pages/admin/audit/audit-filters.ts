import type { paths } from '../../../../../src/client/openapi.types';

type Action = NonNullable<NonNullable<paths['/api/admin/audit']['get']['parameters']['query']>['action']>;

/** What can be asked for, in the order of the gateway's list; the compiler finds one that it does not know. */
export const ACTIONS = [
  'user.created',
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
] as const satisfies readonly Action[];

export const actionIn = (text: string): Action | undefined => ACTIONS.find((one) => one === text);

/** Names of the filters in the address. */
export const FILTERS = ['action', 'actor', 'kind', 'subject', 'from', 'to'] as const;
