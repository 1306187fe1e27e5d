import { Injectable } from '@nestjs/common';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { AppConfig } from '../../config/app-config.js';
import { listenAddress } from '../../config/host.js';
import { frontDoor, type IdentifiedRequest, type Middleware } from '../../http/front-door.js';
import { HttpListener } from '../../http/http-listener.js';
import { McpHttpRoutes } from './mcp-http.routes.js';

/** Serves MCP on port 8000, at source 001's own address. What is no request of MCP goes on to REST. */
export const mcpBesideRest =
  (routes: McpHttpRoutes): Middleware =>
  (request, response, next) => {
    if (!routes.areMeantBy(request)) return next();
    frontDoor(request, response, () => routes.serve(request as IdentifiedRequest, response, () => next()));
  };

/** Port 8001 (docs/adr/0001-mcp-methods-in-nest.md). */
@Injectable()
export class McpListener {
  private listener: HttpListener | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly routes: McpHttpRoutes,
  ) {}

  /** Resolves once the port answers. @param health What answers probes on port 8000. @throws Error when the port is taken */
  async listen(health: RequestListener): Promise<HttpListener> {
    const { listeners, mcp_port: port, host } = this.config.values;
    this.listener = new HttpListener(listeners, listeners.request_timeout_seconds, (request, response) =>
      frontDoor(request, response, () => this.routes.serve(request as IdentifiedRequest, response, health)),
    );
    this.listener.server.listen(port, listenAddress(host));
    await once(this.listener.server, 'listening');
    return this.listener;
  }

  /** Lets calls in flight finish. */
  async close(): Promise<void> {
    await this.listener?.close();
  }
}
