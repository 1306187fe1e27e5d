import type { Redis, RedisOptions } from 'ioredis';
import { urlsOfHosts } from '../common/network/host-urls.js';

const SENTINEL_PORT = 26_379;

/** A client of what `redis_url` leads to. @param Client who needs it has loaded it, since its package takes memory */
export function redisClient(Client: typeof Redis, url: string, options: RedisOptions): Redis {
  const address = redisAddress(url);
  return typeof address === 'string' ? new Client(address, options) : new Client({ ...address, ...options });
}

/**
 * What `redis_url` leads to, as the client takes it: a server, or the master that sentinels know by a name,
 * `redis+sentinel://:password@host:26379,other:26379/name/0`. The user and password are the server's; those of the sentinels are
 * in `sentinel_username` and `sentinel_password`.
 */
export function redisAddress(url: string): RedisOptions | string {
  if (!/^rediss?\+sentinel:/.test(url)) return url;
  const [first, ...others] = urlsOfHosts(url).map((one) => new URL(one));
  const [name, db] = first!.pathname.slice(1).split('/');
  const tls = first!.protocol.startsWith('rediss') ? {} : undefined;
  const [username, password] = [first!.username, first!.password].map(decodeURIComponent);
  const own = (key: string) => first!.searchParams.get(`sentinel_${key}`) ?? undefined;
  return {
    sentinels: [first!, ...others].map(({ hostname, port }) => ({ host: hostname, port: Number(port) || SENTINEL_PORT })),
    name: name!,
    ...(username && { username }),
    ...(password && { password }),
    ...(db && { db: Number(db) }),
    ...(tls && { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
    ...(own('username') !== undefined && { sentinelUsername: own('username')! }),
    ...(own('password') !== undefined && { sentinelPassword: own('password')! }),
  };
}
