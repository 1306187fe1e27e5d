import { isIPv4 } from 'node:net';
import { parseAddress } from './ip-address.js';

/** Of the eight 16-bit parts of an IPv6 address, those of its /64 network. */
const NETWORK_PARTS = 4;

/**
 * Addresses with the same group count as one caller: an IPv4 address, or an IPv6 /64, the smallest block a host is
 * given.
 */
export function addressGroup(address: string | undefined): string {
  if (!address) return 'unknown';
  if (isIPv4(address)) return address; // most are, and every request asks
  const parsed = parseAddress(address);
  if (!parsed) return address;
  if (!('parts' in parsed)) return parsed.toString();
  const network = parsed.parts.slice(0, NETWORK_PARTS).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
