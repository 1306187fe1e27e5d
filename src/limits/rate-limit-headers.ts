import { WINDOW_SECONDS, type RateLimitDecision } from './rate-limit.service.js';

/**
 * The headers that report a limit: those of source 003, "Rate Limit Headers", those of
 * draft-ietf-httpapi-ratelimit-headers-10 (`q` quota, `w` window, `r` remaining, `t` seconds to the reset), and
 * Retry-After when refused.
 */
export function rateLimitHeaders(decision: RateLimitDecision): Record<string, string> {
  const { allowed, limit, remaining, resetAtSeconds, retryAfterSeconds } = decision;
  const headers: Record<string, string> = {
    'X-RateLimit-Limit': `${limit}`,
    'X-RateLimit-Remaining': `${remaining}`,
    'X-RateLimit-Reset': `${resetAtSeconds}`,
    'RateLimit-Policy': `"hourly";q=${limit};w=${WINDOW_SECONDS}`,
    RateLimit: `"hourly";r=${remaining};t=${retryAfterSeconds}`,
  };
  if (!allowed) headers['Retry-After'] = `${retryAfterSeconds}`;
  return headers;
}
