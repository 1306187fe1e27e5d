import { Injectable, UseGuards, UseInterceptors } from '@nestjs/common';
import { Tariff } from '../../tariff/tariff.js';
import { readAsCall } from '../../tools/call/read-as-call.js';
import { ResourceCatalog } from '../../tools/catalog/resource-catalog.service.js';
import { UsageInterceptor } from '../../tools/call/usage.interceptor.js';
import { ApiKeyGuard } from '../access/api-key.guard.js';
import { listResult } from './list-result.js';
import { McpCalls } from '../context/mcp-calls.service.js';
import type { McpContext } from '../context/mcp-context.js';
import { McpMethod } from '../protocol/mcp-method.js';
import { McpRateLimitGuard } from '../access/mcp-rate-limit.guard.js';
import { readResult, unknownResource } from './read-result.js';

/** Resources and their templates. */
@Injectable()
@UseGuards(ApiKeyGuard, McpRateLimitGuard)
export class ResourcesMethods {
  constructor(
    private readonly resources: ResourceCatalog,
    private readonly calls: McpCalls,
    private readonly tariff: Tariff,
  ) {}

  @McpMethod('resources/list')
  list(context: McpContext) {
    return listResult('resources', this.resources.resourcesFor(context.caller, context.cursor()), context.era);
  }

  @McpMethod('resources/templates/list')
  listTemplates(context: McpContext) {
    return listResult('resourceTemplates', this.resources.templatesFor(context.caller, context.cursor()), context.era);
  }

  @McpMethod('resources/read')
  @UseInterceptors(UsageInterceptor)
  read(context: McpContext) {
    const uri = context.text('uri');
    const found = this.resources.find(uri, context.caller);
    if (!found) throw unknownResource(uri, context.era);
    const entry = readAsCall(found, uri, this.tariff.priceOf('resources/read'));
    return this.calls.run(context, { entry, arguments: { uri } }, (recorded) => readResult('contents', recorded, context));
  }
}
