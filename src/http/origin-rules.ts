import cors from 'cors';
import type { IncomingMessage } from 'node:http';
import type { AppConfig } from '../config/app-config.js';
import { endpointOf, type Middleware } from './front-door.js';
import { OwnNames } from './own-names.js';

/** In `cors_origins`: every page. */
const ANY = '*';

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

/** They come by whatever address their machine knows, and hear no more than that there is a gateway. */
const PROBES = new Set(['/livez', '/readyz']);

/**
 * Decides on either port by which names it may be asked, and by pages of which origins.
 *
 * Without authentication whoever reaches a port is the admin, and a page of another site could be it, in the browser of somebody on
 * the same machine: it sends requests here, or lets its own name lead here (DNS rebinding). Then the gateway answers to its own
 * names only, and `*` in `cors_origins` means no page. With authentication it has whatever name leads to it: pages have no credential.
 */
export class OriginRules {
  /**
   * Lets allowed pages read the answers of the port, and answers their preflight requests. They may send any header, since none is
   * trusted for coming from a page: cookies count for pages of the own origin alone (`page-origin.ts`), and the `Mcp-Param-…` headers of tools cannot be listed.
   */
  readonly crossOrigin: Middleware;
  private readonly allowed: ReadonlySet<string>;
  private readonly needsOwnName: boolean;
  private readonly names: OwnNames;

  /** @param hasPages Whether the port has pages of its own, such as Swagger UI's, which may ask it; all that are not allowed are refused otherwise. */
  constructor(
    config: AppConfig,
    private readonly hasPages: boolean,
  ) {
    const { auth, cors_origins: origins } = config.values;
    this.needsOwnName = !auth.enabled;
    this.allowed = new Set(auth.enabled ? origins : origins.filter((origin) => origin !== ANY));
    this.names = new OwnNames(config);
    const origin = this.allowed.has(ANY) ? ANY : [...this.allowed];
    this.crossOrigin = cors({ origin, exposedHeaders: EXPOSED_HEADERS, maxAge: PREFLIGHT_KEPT_SECONDS });
  }

  /** Why a request is refused, in words for its sender; undefined where it is not. */
  refusal(request: IncomingMessage): string | undefined {
    if (this.needsOwnName && !this.names.areAsked(request) && !PROBES.has(endpointOf(request)))
      return 'Without authentication the gateway answers to local names only; see GATEWAY_HOST_NAMES';
    const { origin } = request.headers;
    const mayAsk = origin === undefined || this.isAllowed(origin) || (this.hasPages && this.isOwnPage(request, origin));
    return mayAsk ? undefined : 'Origin is not allowed; see GATEWAY_CORS_ORIGINS';
  }

  private isAllowed(origin: string): boolean {
    return this.allowed.has(ANY) || this.allowed.has(origin);
  }

  /**
   * With authentication nobody has told which names lead here, so that any page may be the gateway's; what it may not read, it may not
   * read. Without, a page is the gateway's own that comes from where it is asked: another port of this machine has other pages.
   */
  private isOwnPage({ headers: { host } }: IncomingMessage, origin: string): boolean {
    if (!this.needsOwnName) return true;
    const authority = origin.split('://')[1];
    return this.names.has(authority) && authority === host?.toLowerCase();
  }
}
