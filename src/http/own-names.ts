import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { AppConfig } from '../config/app-config.js';
import { isAllInterfaces } from '../config/host.js';

/** The last is 127.0.0.0/8 as IPv6 writes it. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/;
/** What may stand in `Host`: a name or an address, and a port. */
const AUTHORITY = /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i;
const HOST_IN_TARGET = /^https?:\/\/([^/?]*)/i;

/** The names of this gateway: those of loopback, its `host`, and `listeners.host_names`. */
export class OwnNames {
  private readonly names: ReadonlySet<string | undefined>;

  constructor({ values: { host, listeners } }: AppConfig) {
    const given = [host, ...listeners.host_names].filter((name) => !isAllInterfaces(name));
    this.names = new Set(given.map((name) => nameIn(isIPv6(name) ? `[${name}]` : name)));
  }

  /** Whether a request is for one of them, in its target too. */
  areAsked({ headers: { host }, url }: IncomingMessage): boolean {
    const inTarget = HOST_IN_TARGET.exec(url!)?.[1];
    return this.has(host) && (inTarget === undefined || this.has(inTarget));
  }

  /** Of `name:port`. */
  has(authority: string | undefined): boolean {
    const name = nameIn(authority ?? '');
    return name !== undefined && (LOOPBACK.test(name) || this.names.has(name));
  }
}

/** The name in one spelling, without its port; undefined for what is none. */
function nameIn(authority: string): string | undefined {
  const url = `http://${authority}`;
  return AUTHORITY.test(authority) && URL.canParse(url) ? new URL(url).hostname : undefined;
}
