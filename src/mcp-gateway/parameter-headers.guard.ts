import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ToolCatalog } from '../tools/tool-catalog.service.js';
import type { Tool } from '../tools/tool-source.js';
import type { McpContext } from './mcp-context.js';
import { compareParameter, parameterHeadersOf, type ParameterHeader } from './routed-headers.js';

/** Refuses a call whose headers say other things of its arguments than its body; only modern clients over HTTP send such headers. */
@Injectable()
export class ParameterHeadersGuard implements CanActivate {
  private readonly known = new WeakMap<Tool, readonly ParameterHeader[]>();

  constructor(private readonly catalog: ToolCatalog) {}

  canActivate(execution: ExecutionContext): boolean {
    const { era, exchange, params, principal } = execution.switchToRpc().getContext<McpContext>();
    if (!era.modern || exchange.transport !== 'http') return true;
    const tool = this.catalog.find(String(params['name']), principal!)?.tool;
    if (tool) for (const each of this.headersOf(tool)) compareParameter(each, exchange.headers, params['arguments']);
    return true;
  }

  private headersOf(tool: Tool): readonly ParameterHeader[] {
    let headers = this.known.get(tool);
    if (!headers) this.known.set(tool, (headers = parameterHeadersOf(tool.inputSchema)));
    return headers;
  }
}
