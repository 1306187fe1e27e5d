import type { ConfigValues } from '../../config/app-config.js';
import type { Principal } from './principal.js';

export interface RateAllowance {
  /** Requests with the same bucket are counted together: all of a user's, or all of a key's. */
  bucket: string;
  /** Requests an hour. */
  perHour: number;
}

type Limits = Pick<ConfigValues['limits'], 'user_per_hour' | 'api_key_per_hour'>;

/**
 * Returns a caller's rate limit; null when there is none. Source 003, "Rate Limiting": users and keys have their own
 * limits, admins none. A limit set on the key itself wins; an admin's key without the `admin` scope is limited like
 * any other key.
 */
export function rateAllowance({ userId, role, scopes, apiKey }: Principal, limits: Limits): RateAllowance | null {
  if (apiKey?.rateLimitPerHour) return { bucket: `key:${apiKey.id}`, perHour: apiKey.rateLimitPerHour };
  if (apiKey ? scopes.has('admin') : role === 'admin') return null;
  if (apiKey) return { bucket: `key:${apiKey.id}`, perHour: limits.api_key_per_hour };
  return { bucket: `user:${userId}`, perHour: limits.user_per_hour };
}
