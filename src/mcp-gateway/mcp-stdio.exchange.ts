import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { McpExchange } from './mcp-context.js';

/** One message over stdin. The client is the parent process: it has no address, and goes when stdin ends. */
export class McpStdioExchange implements McpExchange {
  readonly transport = 'stdio';
  readonly responseHeaders: Record<string, string> = {};
  readonly requestId = randomUUID();
  readonly address = undefined;
  /** The client wants no answer any more. */
  isCancelled = false;
  private readonly controller = new AbortController();

  constructor(readonly headers: IncomingHttpHeaders) {}

  abortWhenGone(): AbortController {
    return this.controller;
  }

  cancel(): void {
    this.isCancelled = true;
    this.controller.abort();
  }
}
