import { Injectable } from '@nestjs/common';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { AppConfig } from '../../config/app-config.js';
import { frontDoor } from '../../http/front-door.js';
import { HttpListener } from '../../http/http-listener.js';
import type { IdentifiedRequest } from '../../http/request-id.js';
import { McpDispatcher } from './mcp-dispatcher.js';
import { McpHttpRoutes } from './mcp-http.routes.js';

/**
 * MCP over HTTP as a Nest transport: a listener on port 8001 whose messages go to the handler whose pattern is the MCP
 * method (docs/adr/0001-mcp-is-a-nest-transport.md).
 */
@Injectable()
export class McpHttpTransport extends Server implements CustomTransportStrategy {
  /** Absent until the gateway listens. */
  listener: HttpListener | undefined;

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
    this.listener = new HttpListener(listeners, listeners.request_timeout_seconds, (request, response) =>
      frontDoor(request, response, () => this.routes.serve(request as IdentifiedRequest, response)),
    );
    this.listener.server.once('error', ready);
    this.listener.server.listen(port, host, () => ready());
  }

  /** Lets calls in flight finish. */
  async close(): Promise<void> {
    await this.listener?.close();
  }

  /** Nest's transport events are not used here. */
  on(): void {}

  unwrap<T>(): T {
    return this.listener?.server as T;
  }
}
