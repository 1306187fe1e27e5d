import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { McpExchange } from './mcp-context.js';

/** The HTTP exchange a message arrived in; messages of one batch share it. */
export class McpHttpExchange implements McpExchange {
  readonly transport = 'http';
  readonly responseHeaders: Record<string, string> = {};

  constructor(
    readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    readonly requestId: string,
    readonly address: string,
  ) {}

  get headers(): IncomingHttpHeaders {
    return this.request.headers;
  }

  abortWhenGone(): AbortController {
    const controller = new AbortController();
    if (this.response.destroyed) controller.abort();
    else this.response.once('close', () => this.response.writableFinished || controller.abort());
    return controller;
  }
}
