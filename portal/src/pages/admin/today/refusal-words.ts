import type { Schemas } from '../../../app/api';

/** Why requests were refused, as it is said to people. */
export const REFUSAL_WORDS: Record<Schemas['RefusedDto']['reason'], string> = {
  no_key: 'No key was sent (401)',
  unknown_key: 'The key is unknown (401)',
  expired_key: 'The key has expired (401)',
  revoked_key: 'The key was revoked (401)',
  switched_off: 'The user or account is switched off',
  blocked_address: 'Too many wrong keys from the address (429)',
  not_allowed: 'Not allowed to the caller (403)',
  no_account: 'The user has no account (402)',
  credits: 'Too few credits (402)',
  budget: 'The budget of the key is used up (402)',
  rate_limit: 'A rate limit was reached (429)',
};
