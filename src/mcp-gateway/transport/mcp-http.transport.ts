import { Injectable } from '@nestjs/common';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AppConfig } from '../../config/app-config.js';
import { boundedServer } from '../../http/bounded-server.js';
import { McpDispatcher } from './mcp-dispatcher.js';
import { McpHttpRoutes } from './mcp-http.routes.js';

/** How long calls in flight may take to finish when the process is asked to stop. */
const DRAIN_DEADLINE_MS = 30_000;
const SWEEP_PAUSE_MS = 100;

/**
 * MCP over HTTP as a Nest transport: a `node:http` server on port 8001 whose messages go to the handler whose pattern
 * is the MCP method (docs/adr/0001-mcp-is-a-nest-transport.md).
 */
@Injectable()
export class McpHttpTransport extends Server implements CustomTransportStrategy {
  private server: HttpServer | undefined;
  private readonly sockets = new Set<Socket>();
  private closing = false;

  constructor(
    private readonly config: AppConfig,
    private readonly routes: McpHttpRoutes,
    private readonly dispatcher: McpDispatcher,
  ) {
    super();
  }

  listen(ready: (error?: unknown) => void): void {
    this.dispatcher.use(this.messageHandlers);
    const { listeners, mcp_port: port, host } = this.config.values;
    const server = boundedServer(listeners, listeners.request_timeout_seconds, (request, response) =>
      this.serve(request, response),
    );
    server.once('error', ready);
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.listen(port, host, () => ready());
    this.server = server;
  }

  /** Stops accepting, lets calls in flight finish, and resolves when the last connection is closed. */
  async close(): Promise<void> {
    if (!this.server || this.closing) return;
    this.closing = true;
    const server = this.server;
    const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_DEADLINE_MS);
    const sweep = setInterval(() => this.closeIdle(server), SWEEP_PAUSE_MS);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    clearTimeout(deadline);
    clearInterval(sweep);
  }

  /**
   * Node closes what is idle when the server closes: not what has its answer later, which would stay for its keep-alive time, and
   * not what was opened ahead and never used, which would stay for good.
   */
  private closeIdle(server: HttpServer): void {
    server.closeIdleConnections();
    for (const socket of this.sockets) if (socket.bytesRead === 0) socket.destroy();
  }

  /** Nest's transport events are not used here. */
  on(): void {}

  unwrap<T>(): T {
    return this.server as T;
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.closing) response.setHeader('Connection', 'close');
    this.routes.serve(request, response);
  }
}
