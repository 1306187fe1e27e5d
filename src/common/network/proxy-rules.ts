import { isIP } from 'node:net';
import { isInNetwork, parseAddress, parseNetwork } from './ip-address.js';

/** As HTTP_PROXY, HTTPS_PROXY and NO_PROXY say. */
export interface ProxySettings {
  /** The proxy for http:// URLs, an http:// or https:// URL, perhaps with a user and a password. */
  http?: URL | undefined;
  /** The proxy for https:// URLs. */
  https?: URL | undefined;
  /** Hosts that are reached directly, separated by commas or blanks. */
  direct?: string | undefined;
}

const LOOPBACK = ['127.0.0.0/8', '::1'].map((text) => parseNetwork(text)!);
const DEFAULT_PORTS: Record<string, string> = { 'http:': '80', 'https:': '443' };

/**
 * By which proxy a URL is reached. `NO_PROXY` is read as curl, Go and Python do: `example.com` and `.example.com` are the host and
 * all below it, `example.com:8443` one port of them, `10.0.0.0/8` a network, `*` everything. This machine never needs a proxy.
 */
export class ProxyRules {
  private readonly direct: readonly string[];

  constructor(private readonly settings: ProxySettings = {}) {
    this.direct = (settings.direct ?? '')
      .toLowerCase()
      .split(/[,\s]+/)
      .filter(Boolean);
  }

  /** Undefined where it is reached directly. */
  proxyFor(url: string): URL | undefined {
    const { protocol, hostname, port } = new URL(url);
    const proxy = protocol === 'https:' ? this.settings.https : this.settings.http;
    if (!proxy) return undefined;
    const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
    const isDirect = isThisMachine(host) || this.direct.some((entry) => isMeant(entry, host, port || DEFAULT_PORTS[protocol]!));
    return isDirect ? undefined : proxy;
  }
}

function isThisMachine(host: string): boolean {
  const address = parseAddress(host);
  return address ? LOOPBACK.some((network) => isInNetwork(address, network)) : /(^|\.)localhost$/.test(host);
}

function isMeant(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, name = '', wantedPort = port] = isIP(entry) ? [entry, entry] : (/^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(entry) ?? []);
  if (wantedPort !== port) return false;
  const address = parseAddress(host);
  const network = parseNetwork(name);
  if (address || network) return Boolean(address && network && isInNetwork(address, network));
  const domain = name.replace(/^\*?\./, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}
