import type { ApiKey } from './api-key.entity.js';

/** What decides whether a key works: its own state, and that of its owner. */
export interface KeyStanding extends Pick<ApiKey, 'isActive' | 'expiresAt'> {
  isOwnerActive: boolean;
  /** Null when its owner has no account. */
  isAccountActive: boolean | null;
}

/** Why a key does not work, whatever the time; null when it does until it expires. */
export function lastingDenial({ isActive, isOwnerActive, isAccountActive }: Omit<KeyStanding, 'expiresAt'>) {
  if (!isActive) return 'revoked';
  if (!isOwnerActive) return 'inactive_user';
  return isAccountActive === false ? 'inactive_account' : null;
}

/** Whether a key works at a time, in milliseconds since the epoch; `ApiKeysRepository.search` filters by the same rule. */
export const works = (key: KeyStanding, now: number): boolean =>
  lastingDenial(key) === null && (key.expiresAt === null || now < key.expiresAt.getTime());
