import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that can be cut, or made to swallow everything, as networks do. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private mode: 'open' | 'cut' | 'silent' = 'open';
  private readonly server = createServer((socket) => this.accept(socket));

  private readonly target: () => URL;

  /** @param target a URL, or one that is asked for with each connection, as an address that moves */
  constructor(target: URL | (() => URL)) {
    this.target = typeof target === 'function' ? target : () => target;
  }

  /** The target's URL by way of the proxy. */
  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const url = new URL(this.target());
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Ends every connection and refuses new ones. */
  cut(): void {
    this.mode = 'cut';
    for (const socket of this.sockets) socket.destroy();
  }

  /** Keeps connections, new ones too, and passes nothing on any more. */
  silence(): void {
    this.mode = 'silent';
    for (const socket of this.sockets) socket.pause();
  }

  /** Passes everything on again, also what was held back. */
  restore(): void {
    this.mode = 'open';
    for (const socket of this.sockets) socket.resume();
  }

  async stop(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(near: Socket): void {
    if (this.mode === 'cut') return void near.destroy();
    const { port, hostname } = this.target();
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from.setNoDelay(true));
      from.on('data', (data) => to.write(data)).on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.mode === 'silent') from.pause();
    }
  }
}
