import { TcpProxy } from '../support/databases/tcp-proxy.js';

/** A gateway's ways to the servers of PostgreSQL, which are cut, silenced and restored together. */
export class Ways {
  private readonly proxies: TcpProxy[];

  /** @param targets asked for with each connection, as addresses that move */
  constructor(targets: (() => URL)[]) {
    this.proxies = targets.map((target) => new TcpProxy(target));
  }

  /** A URL by way of all of them. */
  async start(): Promise<string> {
    const [first, ...others] = await Promise.all(this.proxies.map((proxy) => proxy.start()));
    const { host } = new URL(first!);
    return first!.replace(host, [host, ...others.map((other) => new URL(other).host)].join());
  }

  cut(): void {
    for (const proxy of this.proxies) proxy.cut();
  }

  silence(): void {
    for (const proxy of this.proxies) proxy.silence();
  }

  restore(): void {
    for (const proxy of this.proxies) proxy.restore();
  }

  async stop(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
  }
}
