import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Passes bytes on to a port, and cuts a connection on which nobody says anything for a while, as load balancers do. */
export class ImpatientProxy {
  private server: Server | undefined;

  constructor(
    private readonly target: string,
    private readonly patienceMs: number,
  ) {}

  /** The same address as the target's, through here. */
  get url(): string {
    const url = new URL(this.target);
    url.port = String((this.server!.address() as AddressInfo).port);
    return url.href;
  }

  async start(): Promise<this> {
    this.server = createServer((socket) => this.pass(socket)).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  /** Once all connections are closed. */
  async stop(): Promise<void> {
    await new Promise((resolve) => this.server!.close(resolve));
  }

  private pass(socket: Socket): void {
    const target = connect(Number(new URL(this.target).port), '127.0.0.1');
    for (const [one, other] of [
      [socket, target],
      [target, socket],
    ] as const)
      one.on('error', () => undefined).on('close', () => other.destroy());
    socket.setTimeout(this.patienceMs, () => socket.destroy());
    socket.pipe(target).pipe(socket);
  }
}
