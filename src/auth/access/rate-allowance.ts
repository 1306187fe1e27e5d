import type { ConfigValues } from '../../config/app-config.js';
import type { Principal } from './principal.js';

export interface RateAllowance {
  /** What is counted together: a person's requests, or a key's. */
  bucket: string;
  /** Requests an hour. */
  perHour: number;
}

type Limits = Pick<ConfigValues['limits'], 'user_per_hour' | 'api_key_per_hour'>;

/**
 * How much a caller may ask for; null when there is no limit.
 * Source 003, "Rate Limiting": users and keys have their own limits, admins none. A limit set on a key wins over all;
 * an admin's key without the admin scope is a key like any other.
 */
export function rateAllowance({ userId, role, scopes, apiKey }: Principal, limits: Limits): RateAllowance | null {
  if (apiKey?.rateLimitPerHour) return { bucket: `key:${apiKey.id}`, perHour: apiKey.rateLimitPerHour };
  if (apiKey ? scopes.has('admin') : role === 'admin') return null;
  if (apiKey) return { bucket: `key:${apiKey.id}`, perHour: limits.api_key_per_hour };
  return { bucket: `user:${userId}`, perHour: limits.user_per_hour };
}
