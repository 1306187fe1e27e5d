import ipaddr from 'ipaddr.js';
import { isIP, isIPv4 } from 'node:net';

export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/** An address with the number of leading bits that count, e.g. 10.0.0.0 and 8. */
export type IpNetwork = [IpAddress, number];

/**
 * Reads an address; an IPv4 address inside of an IPv6 one (`::ffff:10.0.0.1`) is that IPv4 address, and the zone of a link-local
 * one (`fe80::1%eth0`) is left out. Undefined for anything but the full notation: `127.1`, `0x7f.0.0.1` and `2130706433` are not
 * read, since programs disagree about what they mean.
 */
export function parseAddress(text: string): IpAddress | undefined {
  return isIP(text) === 0 ? undefined : ipaddr.process(plain(text));
}

/** An address as people know it: IPv4 as such, though a port that listens on IPv6 has it as `::ffff:127.0.0.1`, and without a zone. */
export function plainAddress(text: string): string {
  const short = text.startsWith(MAPPED) ? text.slice(MAPPED.length) : text;
  return isIPv4(short) ? short : (parseAddress(text)?.toString() ?? text); // every request asks, and most come from such a one
}

const MAPPED = '::ffff:';

/** Reads `10.0.0.0/8`, `fd00::/8`, or an address, which is a network of one. Undefined for anything else. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (isIP(address) === 0) return undefined;
  const length = isIP(address) === 4 ? 32 : 128;
  const prefix = bits === undefined ? length : Number(bits);
  if (prefix > length) return undefined;
  const network = parseAddress(address)!;
  // `::ffff:10.0.0.0/104` is 10.0.0.0/8; with fewer than 96 bits it is more than IPv4.
  if (length === 128 && network.kind() === 'ipv4')
    return prefix < 96 ? [ipaddr.parse(plain(address)), prefix] : [network, prefix - 96];
  return [network, prefix];
}

/** Whether the address is in the network. No IPv4 address is in an IPv6 network, nor the other way round. */
export function isInNetwork(address: IpAddress, [network, bits]: IpNetwork): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

/** Without its zone. The library takes the obsolete `::10.0.0.1` for `::ffff:10.0.0.1`, which it is not. */
const plain = (address: string): string => address.replace(/%.*$/, '').replace(/^::(?=\d+\.)/, '0:0:0:0:0:0:');
