import type { SecureContext } from 'node:tls';
import { buildConnector, errors, Pool } from 'undici';

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
  /** What a request failed for, which its error may not say. */
  causeOf(error: unknown): unknown;
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
  const own = proxy ? optionsOf(timeout, options.proxyContext) : { ...optionsOf(timeout, secureContext), ...connect };
  const { connector, causeOf } = heedingAlerts(buildConnector(own));
  const pool = new Pool(proxy?.origin ?? origin, { connections, connect: connector });
  const added = proxy ? { prefix: origin, headers: { host, ...credentialsOf(proxy) } } : { prefix: '', headers: {} };
  return { pool, ...added, causeOf, close: () => pool.destroy() };
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
  const { connector, causeOf } = heedingAlerts(connect);
  const pool = new Pool(origin, { connections, connect: connector });
  return { pool, prefix: '', headers: {}, causeOf, close: () => Promise.all([pool.destroy(), proxies.destroy()]) };
}

/**
 * Under TLS 1.3 a server may refuse the gateway's certificate when the connection seems to be there already and a request is on its way.
 * That fails with the end of the connection, which comes behind the alert.
 */
function heedingAlerts(connect: buildConnector.connector): { connector: buildConnector.connector } & Pick<Way, 'causeOf'> {
  let last: { alert: Error; port: number | undefined } | undefined;
  const connector: buildConnector.connector = (to, callback) =>
    connect(to, (...[error, socket]) => {
      if (error) return callback(error, null);
      socket.on('error', (alert: Error) => {
        if (isOfTls(alert)) last = { alert, port: socket.localPort };
      });
      callback(null, socket);
    });
  const isRefused = (error: unknown) => error instanceof errors.SocketError && error.socket?.localPort === last?.port;
  return { connector, causeOf: (error) => (last && isRefused(error) ? last.alert : error) };
}

const isOfTls = (error: NodeJS.ErrnoException): boolean => error.code?.startsWith('ERR_SSL_') ?? false;

const optionsOf = (timeout: number, secureContext: SecureContext | undefined) => ({
  timeout,
  ...(secureContext && { secureContext }),
});

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
