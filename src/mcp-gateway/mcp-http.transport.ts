import { Injectable } from '@nestjs/common';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { AppConfig } from '../config/app-config.js';
import { boundedServer } from '../limits/bounded-server.js';
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
    server.listen(port, host, () => ready());
    this.server = server;
  }

  /** Stops accepting, lets calls in flight finish, and resolves when the last connection is closed. */
  async close(): Promise<void> {
    if (!this.server || this.closing) return;
    this.closing = true;
    const server = this.server;
    const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_DEADLINE_MS);
    // Node closes what is idle now; a connection that has its answer later would stay for its keep-alive time.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_PAUSE_MS);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    clearTimeout(deadline);
    clearInterval(sweep);
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
