import cors from 'cors';
import type { AppConfig } from '../config/app-config.js';
import type { Middleware } from './front-door.js';

/** What a browser's script may read of an answer beside its body. */
const EXPOSED_HEADERS = [
  'WWW-Authenticate',
  'X-Request-Id',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Mcp-Session-Id',
];
/** A day. Browsers keep it for less; a preflight before every call would double its time. */
const PREFLIGHT_KEPT_SECONDS = 86_400;

/** Whether pages of an origin may call; which those are, `AppConfig.corsOrigins` says. Port 8001 refuses all others. */
export const isAllowedOrigin = ({ corsOrigins }: AppConfig, origin: string): boolean =>
  corsOrigins.includes('*') || corsOrigins.includes(origin);

/**
 * Lets the pages of allowed origins read the answers of either port, and answers their preflight requests. They may send any header, since
 * none is trusted for coming from a page: cookies do not count here, and the `Mcp-Param-…` headers of tools cannot be listed.
 */
export function crossOrigin({ corsOrigins }: AppConfig): Middleware {
  const origin = corsOrigins.includes('*') ? '*' : [...corsOrigins];
  return cors({ origin, exposedHeaders: EXPOSED_HEADERS, maxAge: PREFLIGHT_KEPT_SECONDS });
}
