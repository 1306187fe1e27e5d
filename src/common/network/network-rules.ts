import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { isIP, type LookupFunction } from 'node:net';
import { endedWithin } from '../concurrency/deadline.js';
import { isInNetwork, parseAddress, parseNetwork, type IpAddress, type IpNetwork } from './ip-address.js';

/** All of IPv6 that is public lies in here; new kinds of addresses may be defined outside of it. */
const GLOBAL_6 = parseNetwork('2000::/3')!;
/** NAT64 (RFC 6052): the last four bytes are the IPv4 address that is reached. */
const NAT64 = parseNetwork('64:ff9b::/96')!;

/** A name that is not resolved by then is nobody's here. */
const RESOLVE_MAX_MS = 2_000;

/** How names become addresses; the system's way, or a test's. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** The gateway must not connect to this address. */
export class ForbiddenAddress extends Error {
  override name = 'ForbiddenAddress';
}

/**
 * Which addresses the gateway connects to, such as those of upstream servers: public ones, and those of the networks the operator
 * allows. A name is
 * judged by what it resolves to at the moment of connecting, and the connection goes to the very address that was judged,
 * so that a name cannot point somewhere else in between.
 */
export class NetworkRules {
  private readonly allowed: readonly IpNetwork[];

  /**
   * @param allowed networks such as `10.0.0.0/8`
   * @param setting where the operator allows them, e.g. `notices.allowed_networks`
   * @throws Error for one that is none.
   */
  constructor(
    allowed: readonly string[],
    private readonly setting: string,
    private readonly resolve: Resolve = resolveBySystem,
  ) {
    this.allowed = allowed.map(networkOf);
  }

  /** Anything but a complete address is refused. */
  allows(text: string): boolean {
    const address = reachedAt(parseAddress(text));
    if (!address) return false;
    return isPublic(address) || this.allowed.some((network) => isInNetwork(address, network));
  }

  /** @throws ForbiddenAddress when the URL's host is or resolves to one; the resolver's Error when it does not resolve. */
  async check(url: string): Promise<void> {
    const host = hostOf(url);
    if (isIP(host)) this.demand(host, host);
    else await this.addressesOf(host);
  }

  /**
   * Judges a URL as far as that can be done here: a name that does not resolve, or not in time, passes. It is judged again at every
   * connection; behind a proxy, which resolves it itself, by the proxy alone.
   * @throws ForbiddenAddress
   */
  async checkIfKnown(url: string): Promise<void> {
    const judged = this.check(url);
    if (!(await endedWithin(judged, RESOLVE_MAX_MS))) return;
    await judged.catch((error: unknown) => {
      if (error instanceof ForbiddenAddress) throw error;
    });
  }

  /**
   * For `connect` of an undici pool, or anything else on `net.connect`, to this URL. An address in the URL is judged here,
   * since it is never looked up; a name at every connection.
   * @throws ForbiddenAddress
   */
  connectOptions(url: string): { lookup: LookupFunction } {
    const host = hostOf(url);
    if (isIP(host)) this.demand(host, host);
    return { lookup: this.lookup };
  }

  private readonly lookup: LookupFunction = (host, { all, family }, callback) => {
    this.addressesOf(host).then(
      (found) => {
        const wanted = family === 4 || family === 6 ? found.filter((address) => address.family === family) : found;
        if (wanted.length === 0) callback(new Error(`${host} has no address`), '', 0);
        else if (all) callback(null, [...wanted]);
        else callback(null, wanted[0]!.address, wanted[0]!.family);
      },
      (error: Error) => callback(error, '', 0),
    );
  };

  /** One forbidden address spoils the name: which one is connected to may be chance. */
  private async addressesOf(host: string): Promise<readonly LookupAddress[]> {
    const found = await this.resolve(host);
    for (const { address } of found) this.demand(host, address);
    return found;
  }

  private demand(host: string, address: string): void {
    if (this.allows(address)) return;
    const where = host === address ? host : `${host} is at ${address}, which`;
    const example = `e.g. ["${networkAround(address)}"]`;
    throw new ForbiddenAddress(
      `${where} is not a public address; allow its network in ${this.setting} if it should be reached, ${example}`,
    );
  }
}

/** What an operator allows for this address: all of IPv4's own machine, otherwise the address alone. */
function networkAround(address: string): string {
  if (address.startsWith('127.')) return '127.0.0.0/8';
  return `${address}/${isIP(address) === 6 ? 128 : 32}`;
}

/** The URL parser has already turned `127.1`, `0x7f000001` and `2130706433` into 127.0.0.1. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}

/** The address that a connection ends at: through NAT64, `64:ff9b::10.0.0.1` reaches 10.0.0.1. */
function reachedAt(address: IpAddress | undefined): IpAddress | undefined {
  if (!address || !isInNetwork(address, NAT64)) return address;
  return ipaddr.fromByteArray(address.toByteArray().slice(-4));
}

/** In none of IANA's special ranges: private, loopback, link-local, shared, documentation, multicast, tunnels and others. */
function isPublic(address: IpAddress): boolean {
  return address.range() === 'unicast' && (address.kind() === 'ipv4' || isInNetwork(address, GLOBAL_6));
}

function networkOf(text: string): IpNetwork {
  const network = parseNetwork(text);
  if (!network) throw new Error(`"${text}" is not a network`);
  return network;
}

function resolveBySystem(host: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(host, { all: true, verbatim: true }, (error, found) => (error ? reject(error) : resolve(found)));
  });
}
