import { Injectable, UseGuards, UseInterceptors } from '@nestjs/common';
import { Tariff } from '../../tariff/tariff.js';
import { promptAsCall } from '../../tools/call/read-as-call.js';
import { PromptCatalog } from '../../tools/catalog/prompt-catalog.service.js';
import { UsageInterceptor } from '../../tools/call/usage.interceptor.js';
import { ApiKeyGuard } from '../access/api-key.guard.js';
import { Completions } from './completions.service.js';
import { listResult } from './list-result.js';
import { McpCalls } from '../context/mcp-calls.service.js';
import type { McpContext } from '../context/mcp-context.js';
import { invalidParams } from '../protocol/mcp-error.js';
import { McpMethod } from '../protocol/mcp-method.js';
import { McpRateLimitGuard } from '../access/mcp-rate-limit.guard.js';
import { readResult } from './read-result.js';

/** Prompts, and the completion of their arguments and of resource templates. */
@Injectable()
@UseGuards(ApiKeyGuard, McpRateLimitGuard)
export class PromptsMethods {
  constructor(
    private readonly prompts: PromptCatalog,
    private readonly calls: McpCalls,
    private readonly completions: Completions,
    private readonly tariff: Tariff,
  ) {}

  @McpMethod('prompts/list')
  list(context: McpContext) {
    return listResult('prompts', this.prompts.listFor(context.caller, context.cursor()), context.era);
  }

  @McpMethod('prompts/get')
  @UseInterceptors(UsageInterceptor)
  get(context: McpContext) {
    const name = context.text('name');
    const found = this.prompts.find(name, context.caller);
    if (!found) throw invalidParams(`unknown prompt ${name.slice(0, 128)}`);
    const entry = promptAsCall(found, this.tariff.priceOf('prompts/get'));
    const { description } = found.offer;
    return this.calls.run(context, { entry, arguments: context.arguments() }, (recorded) =>
      readResult('messages', recorded, context, description),
    );
  }

  @McpMethod('completion/complete')
  complete(context: McpContext) {
    return this.completions.complete(context);
  }
}
