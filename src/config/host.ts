import { isIPv6 } from 'node:net';

/** Every address of IPv6 and of IPv4: the default of `host`. */
export const EVERY_ADDRESS = '::';
/** To listen on them is to listen on all interfaces; they are no names. */
const ALL_INTERFACES: readonly string[] = [EVERY_ADDRESS, '0.0.0.0'];

export const isAllInterfaces = (host: string): boolean => ALL_INTERFACES.includes(host);

/** What a server is told to listen on. Told nothing, Node takes every address, and those of IPv4 alone on a machine without IPv6. */
export const listenAddress = (host: string): string | undefined => (host === EVERY_ADDRESS ? undefined : host);

/** What this machine calls a gateway that listens on `host`, as URLs write it. */
export const localName = (host: string): string => (isAllInterfaces(host) ? 'localhost' : isIPv6(host) ? `[${host}]` : host);
