/** Scheme and user; hosts, each with its port; the rest. A password may hold an `@`, so that the last one ends it. */
const PARTS = /^([a-z+]+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s;

/** A URL that names several servers of one system, `scheme://user@one:1,other:2/path`, as a URL of each. Another URL is one by itself. */
export function urlsOfHosts(url: string): string[] {
  const [, begin, hosts = '', rest] = PARTS.exec(url) ?? [];
  return hosts.includes(',') ? hosts.split(',').map((host) => `${begin}${host}${rest}`) : [url];
}
