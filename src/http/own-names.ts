import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { AppConfig } from '../config/app-config.js';
import { isAllowedOrigin } from './cors.js';
import { pathOf } from './front-door.js';

/** Addresses to listen on that mean all interfaces; they are no names. */
const ANY_ADDRESS = ['0.0.0.0', '::'];
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
/** What may stand in `Host`: a name or an address, and a port. */
const AUTHORITY = /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i;
const HOST_IN_TARGET = /^https?:\/\/([^/?]*)/i;
/** They come by whatever address their machine knows, and hear no more than that there is a gateway. */
const PROBES = new Set(['/livez', '/readyz']);

/**
 * Without authentication whoever reaches a port is the admin, and a page of another site could be it, in the browser of somebody on
 * the same machine: it sends requests here, or lets its own name lead here (DNS rebinding). Then the gateway answers to loopback
 * names, its `host` and `listeners.host_names` only, and to pages of these. With authentication on, pages have no credential, and
 * none is checked.
 */
export class OwnNames {
  private readonly names: ReadonlySet<string | undefined>;

  constructor(private readonly config: AppConfig) {
    const { host, listeners } = config.values;
    const given = [host, ...listeners.host_names].filter((name) => !ANY_ADDRESS.includes(name));
    this.names = new Set(given.map((name) => nameIn(isIPv6(name) ? `[${name}]` : name)));
  }

  /** Why a request is refused, in words for its sender; undefined where it is not. */
  refusal(request: IncomingMessage): string | undefined {
    if (this.config.values.auth.enabled) return undefined;
    const { origin } = request.headers;
    if (!this.isAskedByName(request) && !PROBES.has(pathOf(request)))
      return 'Without authentication the gateway answers to local names only; see GATEWAY_HOST_NAMES';
    const isOwnPage = origin === undefined || isAllowedOrigin(this.config, origin) || this.isOwn(origin.split('://')[1]);
    return isOwnPage ? undefined : 'Origin is not allowed; see GATEWAY_CORS_ORIGINS';
  }

  private isAskedByName({ headers: { host }, url }: IncomingMessage): boolean {
    const inTarget = HOST_IN_TARGET.exec(url!)?.[1];
    return this.isOwn(host) && (inTarget === undefined || this.isOwn(inTarget));
  }

  private isOwn(authority: string | undefined): boolean {
    const name = nameIn(authority ?? '');
    return name !== undefined && (LOOPBACK.test(name) || this.names.has(name));
  }
}

/** The name in one spelling, without its port; undefined for what is none. */
function nameIn(authority: string): string | undefined {
  const url = `http://${authority}`;
  return AUTHORITY.test(authority) && URL.canParse(url) ? new URL(url).hostname : undefined;
}
