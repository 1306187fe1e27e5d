import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A forward proxy over HTTP, for tunnels and for whole URLs. Every name is a server on this machine to it. */
export class TestProxy {
  /** What it was asked for: `CONNECT host:port`, or a method and a whole URL. */
  readonly asked: string[] = [];
  /** `user:password` that it wants, if any. */
  credentials: string | undefined;
  /** Answers so instead of connecting. */
  status: number | undefined;
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.server!.address() as AddressInfo).port}`);
  }

  async start(): Promise<this> {
    this.server = createServer((request, response) => this.pass(request, response));
    this.server.on('connect', (request: IncomingMessage, socket: Socket) => this.tunnel(request, socket));
    this.server.on('connection', (socket) => this.keep(socket));
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server!.close(resolve));
  }

  private refusalOf({ headers }: IncomingMessage): number | undefined {
    const wanted = this.credentials && `Basic ${Buffer.from(this.credentials).toString('base64')}`;
    return wanted !== undefined && headers['proxy-authorization'] !== wanted ? 407 : this.status;
  }

  private tunnel(request: IncomingMessage, socket: Socket): void {
    this.asked.push(`CONNECT ${request.url}`);
    const refusal = this.refusalOf(request);
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal} No\r\nContent-Length: 0\r\n\r\n`);
    const upstream = connect(Number(request.url!.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    this.keep(upstream);
    for (const end of [upstream, socket]) end.on('error', () => undefined);
  }

  private pass(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(`${request.method} ${request.url}`);
    const refusal = this.refusalOf(request);
    if (refusal !== undefined) return void response.writeHead(refusal).end();
    const { port, pathname, search } = new URL(request.url!);
    const headers = { ...request.headers };
    delete headers['proxy-authorization'];
    const upstream = send({ host: '127.0.0.1', port, path: pathname + search, method: request.method!, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  }
}
