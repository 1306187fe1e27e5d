import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { parameterHeadersOf } from '../../tools/catalog/parameter-header.js';
import { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';
import type { McpContext } from '../context/mcp-context.js';
import { compareParameter } from '../protocol/routed-headers.js';

/** Refuses a call whose headers say other things of its arguments than its body; only modern clients over HTTP send such headers. */
@Injectable()
export class ParameterHeadersGuard implements CanActivate {
  constructor(private readonly catalog: ToolCatalog) {}

  canActivate(execution: ExecutionContext): boolean {
    const { era, exchange, params, principal } = execution.switchToRpc().getContext<McpContext>();
    if (!era.modern || exchange.transport !== 'http') return true;
    const tool = this.catalog.find(String(params['name']), principal!)?.tool;
    if (!tool) return true;
    for (const each of parameterHeadersOf(tool.inputSchema)) compareParameter(each, exchange.headers, params['arguments']);
    return true;
  }
}
