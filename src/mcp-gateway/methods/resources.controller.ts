import { Controller, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { Ctx, MessagePattern } from '@nestjs/microservices';
import { ResourceCatalog } from '../../tools/catalog/resource-catalog.service.js';
import type { ToolOutcome } from '../../tools/call/tool-call.js';
import { ToolRunner } from '../../tools/call/tool-runner.service.js';
import { UsageInterceptor } from '../../tools/call/usage.interceptor.js';
import { ApiKeyGuard } from '../access/api-key.guard.js';
import { listResult } from './list-result.js';
import type { McpContext } from '../context/mcp-context.js';
import { McpExceptionFilter } from '../transport/mcp-exception.filter.js';
import { McpRateLimitGuard } from '../access/mcp-rate-limit.guard.js';
import { ResourceReadInterceptor } from './resource-read.interceptor.js';

/** Resources and their templates. */
@Controller()
@UseFilters(McpExceptionFilter)
@UseGuards(ApiKeyGuard, McpRateLimitGuard)
export class ResourcesController {
  constructor(
    private readonly resources: ResourceCatalog,
    private readonly runner: ToolRunner,
  ) {}

  @MessagePattern('resources/list')
  list(@Ctx() context: McpContext) {
    return listResult('resources', this.resources.resourcesFor(context.principal!, context.cursor()), context.era);
  }

  @MessagePattern('resources/templates/list')
  listTemplates(@Ctx() context: McpContext) {
    return listResult('resourceTemplates', this.resources.templatesFor(context.principal!, context.cursor()), context.era);
  }

  @MessagePattern('resources/read')
  @UseInterceptors(ResourceReadInterceptor, UsageInterceptor)
  read(@Ctx() context: McpContext): Promise<ToolOutcome> {
    return this.runner.run(context.toolCall!);
  }
}
