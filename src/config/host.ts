import { isIPv6 } from 'node:net';
import proxyAddress from 'proxy-addr';
import { z } from 'zod';
import { parseNetwork } from '../common/network/ip-address.js';

/** Every address of IPv6 and of IPv4: the default of `host`. */
export const EVERY_ADDRESS = '::';
/** To listen on them is to listen on all interfaces; they are no names. */
const ALL_INTERFACES: readonly string[] = [EVERY_ADDRESS, '0.0.0.0'];

export const isAllInterfaces = (host: string): boolean => ALL_INTERFACES.includes(host);

/** What a server is told to listen on. Told nothing, Node takes every address, and those of IPv4 alone on a machine without IPv6. */
export const listenAddress = (host: string): string | undefined => (host === EVERY_ADDRESS ? undefined : host);

/** What this machine calls a gateway that listens on `host`, as URLs write it. */
export const localName = (host: string): string => (isAllInterfaces(host) ? 'localhost' : isIPv6(host) ? `[${host}]` : host);

/** E.g. `10.0.0.0/8`, `fd00::/8`, or a single address. */
export const network = z
  .string()
  .refine((text) => parseNetwork(text) !== undefined, 'must be an address or a network like 10.0.0.0/8');

/** As `proxy-addr` takes it, on whose words the start would end. */
export const proxy = z.string().refine((text) => {
  try {
    return Boolean(proxyAddress.compile([text]));
  } catch {
    return false;
  }
}, 'must be an address, a network like 10.0.0.0/8, or loopback, linklocal or uniquelocal');
