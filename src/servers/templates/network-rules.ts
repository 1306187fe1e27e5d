import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** IANA's special-purpose IPv4 ranges: this host, private, shared, loopback, link-local with clouds' metadata, tests, multicast. */
const NOT_PUBLIC_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** All of IPv6 that is public lies in here … */
const GLOBAL_6 = '2000::/3';
/** … without protocol assignments and tunnels, which hide an IPv4 address, and documentation. */
const NOT_PUBLIC_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** How names become addresses; the system's way, or a test's. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** The address of a server is one it must not have. */
export class ForbiddenAddress extends Error {
  override name = 'ForbiddenAddress';
}

const notPublic4 = networks(NOT_PUBLIC_4);
const global6 = networks([GLOBAL_6]);
const notPublic6 = networks(NOT_PUBLIC_6);

/**
 * Which addresses upstream servers may have: public ones, and those of the networks the operator allows. A name is
 * judged by what it resolves to at the moment of connecting, and the connection goes to the very address that was judged,
 * so that a name cannot point somewhere else in between.
 */
export class NetworkRules {
  private readonly allowed: BlockList;

  constructor(
    allowed: readonly string[],
    private readonly resolve: Resolve = resolveBySystem,
  ) {
    this.allowed = networks(allowed);
  }

  allows(address: string): boolean {
    const plain = withoutMapping(address);
    const family = isIP(plain);
    if (family === 0) return false;
    if (this.allowed.check(plain, family === 4 ? 'ipv4' : 'ipv6')) return true;
    if (family === 4) return !notPublic4.check(plain, 'ipv4');
    return global6.check(plain, 'ipv6') && !notPublic6.check(plain, 'ipv6');
  }

  /** @throws ForbiddenAddress when the URL's host is or resolves to one; the resolver's Error when it does not resolve. */
  async check(url: string): Promise<void> {
    const host = hostOf(url);
    if (isIP(host)) this.demand(host, host);
    else await this.addressesOf(host);
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
    throw new ForbiddenAddress(`${where} is not a public address; allow its network in allowed_networks if it should be reached`);
  }
}

/** The URL parser has already turned `127.1`, `0x7f000001` and `2130706433` into 127.0.0.1. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}

/** `::ffff:10.0.0.1` and `64:ff9b::10.0.0.1` (NAT64) reach 10.0.0.1, however they are written. */
function withoutMapping(address: string): string {
  if (isIP(address) !== 6) return address;
  const [plain = ''] = address.split('%');
  const host = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const mapped = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  if (!mapped) return plain;
  const [high, low] = [parseInt(mapped[1]!, 16), parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function networks(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits] = text.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return list;
}

function resolveBySystem(host: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(host, { all: true, verbatim: true }, (error, found) => (error ? reject(error) : resolve(found)));
  });
}
