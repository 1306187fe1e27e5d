import { AUDIT_ACTIONS } from '../../../../../src/client/openapi.types';

export { AUDIT_ACTIONS };

export const actionIn = (text: string): (typeof AUDIT_ACTIONS)[number] | undefined => AUDIT_ACTIONS.find((one) => one === text);

/** `api_key.revoked` as people read it. */
export const actionWords = (action: string): string => action.replace('.', ': ').replaceAll('_', ' ');

/** Names of the filters in the address. */
export const FILTERS = ['action', 'actor', 'kind', 'subject', 'from', 'to'] as const;
