import { Injectable, UseGuards, UseInterceptors } from '@nestjs/common';
import { UsageInterceptor } from '../../tools/call/usage.interceptor.js';
import { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';
import { ApiKeyGuard } from '../access/api-key.guard.js';
import { McpRateLimitGuard } from '../access/mcp-rate-limit.guard.js';
import { McpCalls } from '../context/mcp-calls.service.js';
import type { McpContext } from '../context/mcp-context.js';
import { McpMethod } from '../protocol/mcp-method.js';
import { checkParameterHeaders } from '../protocol/routed-headers.js';
import { hasAskedTasks } from '../protocol/protocol-era.js';
import { SerializedResult } from '../protocol/serialized-result.js';
import { listResult } from './list-result.js';
import { resultIn } from './tool-result.js';

/** Tools: what a caller may call, and the calls. */
@Injectable()
@UseGuards(ApiKeyGuard, McpRateLimitGuard)
export class ToolsMethods {
  constructor(
    private readonly catalog: ToolCatalog,
    private readonly calls: McpCalls,
  ) {}

  @McpMethod('tools/list')
  list(context: McpContext) {
    const { caller, era } = context;
    const reader = { isModern: era.modern, asksForTasks: hasAskedTasks(era) };
    return listResult('tools', this.catalog.listFor(caller, context.cursor(), reader), era);
  }

  @McpMethod('tools/call')
  @UseInterceptors(UsageInterceptor)
  call(context: McpContext) {
    const entry = this.catalog.get(context.text('name'), context.caller);
    const { era, exchange } = context;
    const args = context.arguments();
    if (era.modern) checkParameterHeaders(entry.tool.inputSchema, exchange.headers, args);
    return this.calls.run(context, { entry, arguments: args }, (recorded) => {
      return new SerializedResult(resultIn(recorded, era), recorded.json.members.has('resultType'));
    });
  }
}
