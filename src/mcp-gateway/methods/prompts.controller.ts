import { Controller, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { Ctx, MessagePattern } from '@nestjs/microservices';
import { PromptCatalog } from '../../tools/catalog/prompt-catalog.service.js';
import type { ToolOutcome } from '../../tools/call/tool-call.js';
import { ToolRunner } from '../../tools/call/tool-runner.service.js';
import { UsageInterceptor } from '../../tools/call/usage.interceptor.js';
import { ApiKeyGuard } from '../access/api-key.guard.js';
import { Completions } from './completions.service.js';
import { listResult } from './list-result.js';
import type { McpContext } from '../context/mcp-context.js';
import { McpExceptionFilter } from '../transport/mcp-exception.filter.js';
import { McpRateLimitGuard } from '../access/mcp-rate-limit.guard.js';
import { PromptGetInterceptor } from './prompt-get.interceptor.js';

/** Prompts, and the completion of their arguments and of resource templates. */
@Controller()
@UseFilters(McpExceptionFilter)
@UseGuards(ApiKeyGuard, McpRateLimitGuard)
export class PromptsController {
  constructor(
    private readonly prompts: PromptCatalog,
    private readonly runner: ToolRunner,
    private readonly completions: Completions,
  ) {}

  @MessagePattern('prompts/list')
  list(@Ctx() context: McpContext) {
    return listResult('prompts', this.prompts.listFor(context.principal!, context.cursor()), context.era);
  }

  @MessagePattern('prompts/get')
  @UseInterceptors(PromptGetInterceptor, UsageInterceptor)
  get(@Ctx() context: McpContext): Promise<ToolOutcome> {
    return this.runner.run(context.toolCall!);
  }

  @MessagePattern('completion/complete')
  async complete(@Ctx() context: McpContext) {
    return { completion: await this.completions.complete(context) };
  }
}
