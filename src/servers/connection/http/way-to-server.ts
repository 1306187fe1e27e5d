import type { SecureContext } from 'node:tls';
import { buildConnector, Pool } from 'undici';

export interface WayOptions {
  /** Connections to the server; further requests wait. */
  connections: number;
  connectTimeoutMs: number;
  /** Options of `net.connect`, whose `lookup` gives only addresses that may be connected to. Not for a proxy, which is the operator's. */
  connect: object;
  /** Undefined: reached directly. */
  proxy?: URL | undefined;
  /** For connections to the server over TLS, and to the proxy; undefined: as Node does. */
  secureContext?: SecureContext | undefined;
  proxyContext?: SecureContext | undefined;
}

/** By which connections requests go to a server, and what is added to each. */
export interface Way {
  pool: Pool;
  /** Before the path: a proxy that passes requests on is asked for the whole URL. */
  prefix: string;
  headers: Readonly<Record<string, string>>;
  close(): Promise<unknown>;
}

/** The proxy would not connect to the server, or failed to. */
export class ProxyRefusal extends Error {
  constructor(readonly status: number) {
    super(`the proxy answered HTTP ${status}`);
  }
}

/** The way to the server with this URL: directly, or as its proxy wants it. Requests over TLS go through a tunnel. */
export function wayTo(url: string, options: WayOptions): Way {
  const { origin, protocol, host } = new URL(url);
  const { connections, connectTimeoutMs: timeout, proxy, connect, secureContext } = options;
  if (proxy && protocol === 'https:') return tunnelTo(origin, proxy, options);
  const pool = new Pool(proxy?.origin ?? origin, {
    connections,
    connect: proxy ? optionsOf(timeout, options.proxyContext) : { ...optionsOf(timeout, secureContext), ...connect },
  });
  const added = proxy ? { prefix: origin, headers: { host, ...credentialsOf(proxy) } } : { prefix: '', headers: {} };
  return { pool, ...added, close: () => pool.destroy() };
}

function tunnelTo(origin: string, proxy: URL, options: WayOptions): Way {
  const { connections, connectTimeoutMs: timeout, secureContext, proxyContext } = options;
  const proxies = new Pool(proxy.origin, { connect: optionsOf(timeout, proxyContext), headersTimeout: timeout });
  const overTunnel = buildConnector(optionsOf(timeout, secureContext));
  const connect: buildConnector.connector = (to, callback) => {
    const path = to.port ? to.host! : `${to.host!}:443`;
    const headers = { host: path, ...credentialsOf(proxy) };
    proxies.connect({ path, headers, signal: AbortSignal.timeout(timeout) }).then(
      ({ statusCode, socket }) => {
        if (statusCode >= 200 && statusCode < 300) return overTunnel({ ...to, httpSocket: socket as never }, callback);
        socket.on('error', () => undefined).destroy();
        callback(new ProxyRefusal(statusCode), null);
      },
      (error: Error) => callback(error, null),
    );
  };
  const pool = new Pool(origin, { connections, connect });
  return { pool, prefix: '', headers: {}, close: () => Promise.all([pool.destroy(), proxies.destroy()]) };
}

const optionsOf = (timeout: number, secureContext: SecureContext | undefined) => ({
  timeout,
  ...(secureContext && { secureContext }),
});

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
