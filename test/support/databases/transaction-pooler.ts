import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import pg from 'pg';

const STARTUP_BYTES_MIN = 8;
/** ReadyForQuery outside of a transaction (PostgreSQL manual, "Message Formats"). */
const READY = message('Z', Buffer.from('I'));
/** AuthenticationOk and BackendKeyData. */
const WELCOME = Buffer.concat([message('R', Buffer.alloc(4)), message('K', Buffer.alloc(8)), READY]);

/**
 * What PgBouncer does with `pool_mode = transaction`, with nothing but that: each transaction of a client goes to whichever
 * connection to the server is free, the one that was free last or, in turns, the one that was free first.
 */
export class TransactionPooler {
  private readonly clients = new Set<Socket>();
  private readonly held = new Map<Socket, Socket>();
  private readonly waiting: ((server: Socket) => void)[] = [];
  private readonly server = createServer((socket) => this.accept(socket));

  private constructor(
    private readonly target: URL,
    private readonly servers: pg.Client[],
    private readonly free: Socket[],
    private readonly order: 'last' | 'turns',
  ) {}

  static async start(target: string, size: number, order: 'last' | 'turns'): Promise<TransactionPooler> {
    const servers = Array.from({ length: size }, () => new pg.Client({ connectionString: target }));
    await Promise.all(servers.map((server) => server.on('error', () => undefined).connect()));
    const sockets = servers.map((server) => (server as unknown as { connection: { stream: Socket } }).connection.stream);
    for (const socket of sockets) socket.removeAllListeners('data');
    const pooler = new TransactionPooler(new URL(target), servers, sockets, order);
    await once(pooler.server.listen(0, '127.0.0.1'), 'listening');
    return pooler;
  }

  get url(): string {
    const url = new URL(this.target);
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.destroy();
    this.server.close();
    for (const server of this.servers) (server as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    this.clients.add(client);
    client.on('error', () => undefined).on('close', () => this.clients.delete(client));
    client.once('data', (startup: Buffer) => {
      if (startup.length < STARTUP_BYTES_MIN) return void client.destroy();
      client.write(WELCOME);
      client.on('data', (data) => this.forward(client, data));
    });
  }

  /** To the server of the transaction under way, or to the next that is free. */
  private forward(client: Socket, data: Buffer): void {
    if (data[0] === 'X'.charCodeAt(0)) return void client.end();
    const server = this.held.get(client);
    if (server) return void server.write(data);
    client.pause();
    this.take((taken) => {
      this.held.set(client, taken);
      taken.on('data', (answer: Buffer) => this.answer(client, taken, answer));
      taken.write(data);
      client.resume();
    });
  }

  /** When the server is ready and no transaction is open, it is free for anybody. */
  private answer(client: Socket, server: Socket, answer: Buffer): void {
    const isOver = answer.subarray(-READY.length).equals(READY);
    if (isOver) {
      this.held.delete(client);
      server.removeAllListeners('data');
      this.give(server);
    }
    client.write(answer);
  }

  private take(use: (server: Socket) => void): void {
    const server = this.order === 'last' ? this.free.pop() : this.free.shift();
    if (server) use(server);
    else this.waiting.push(use);
  }

  private give(server: Socket): void {
    const next = this.waiting.shift();
    if (next) next(server);
    else this.free.push(server);
  }
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
