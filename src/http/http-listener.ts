import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';
import type { ConfigValues } from '../config/app-config.js';
import { boundedServer } from './bounded-server.js';

/** How long requests in flight may take to finish when the process is asked to stop. */
const DRAIN_DEADLINE_MS = 30_000;
const SWEEP_INTERVAL_MS = 100;

/** One of the gateway's two ports: a bounded server, and the way it ends (docs/architecture.md, "The life of a shutdown"). */
export class HttpListener {
  readonly server: Server;
  /** Resolves when nothing is accepted any more and the last connection is closed. */
  readonly closed: Promise<void>;
  private readonly sockets = new Set<Socket>();
  private isStopping = false;
  private drained: Promise<void> | undefined;

  /** `requestSeconds` is how long a whole request may take to arrive. */
  constructor(limits: ConfigValues['listeners'], requestSeconds: number, serve: RequestListener) {
    this.server = boundedServer(limits, requestSeconds, serve);
    this.closed = new Promise((resolve) => this.server.once('close', resolve));
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** The one it listens on, also where the system chose it. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /**
   * New connections are refused, which tells a load balancer to look elsewhere before it has sent anything. Open ones go
   * on, each with one last answer; `http.Server.close` would end idle ones while a request is on its way to them.
   */
  stopAccepting(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.server.prependListener('request', (_: IncomingMessage, response: ServerResponse) =>
      response.setHeader('Connection', 'close'),
    );
    NetServer.prototype.close.call(this.server);
  }

  /** Closes what is idle and lets requests in flight finish, for at most 30 s. Resolves when the last connection is closed. */
  drain(): Promise<void> {
    return (this.drained ??= this.closeAll());
  }

  /** For whoever does not wait between the two. */
  close(): Promise<void> {
    this.stopAccepting();
    return this.drain();
  }

  private async closeAll(): Promise<void> {
    const deadline = setTimeout(() => this.server.closeAllConnections(), DRAIN_DEADLINE_MS);
    const sweep = setInterval(() => this.closeIdle(), SWEEP_INTERVAL_MS);
    this.server.close();
    await this.closed;
    clearTimeout(deadline);
    clearInterval(sweep);
  }

  /**
   * Node closes what is idle when the server closes: not a connection that has its answer later, which was promised to be
   * kept, and not one that was opened ahead and never used, which would stay until its headers time out.
   */
  private closeIdle(): void {
    this.server.closeIdleConnections();
    for (const socket of this.sockets) if (socket.bytesRead === 0) socket.destroy();
  }
}
