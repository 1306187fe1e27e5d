import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { AppConfig } from '../../config/app-config.js';
import { readAsCall } from '../../tools/call/catalog-read.js';
import { ResourceCatalog } from '../../tools/catalog/resource-catalog.service.js';
import type { RecordedResult } from '../../tools/call/usage-record.js';
import type { McpContext } from '../context/mcp-context.js';
import { readResult, unknownResource } from './read-result.js';

/** Stands around `UsageInterceptor`: puts a read into the form of a tool call, and answers its end in the way of resources. */
@Injectable()
export class ResourceReadInterceptor implements NestInterceptor<RecordedResult, object> {
  constructor(
    private readonly resources: ResourceCatalog,
    private readonly config: AppConfig,
  ) {}

  intercept(execution: ExecutionContext, next: CallHandler<RecordedResult>): Observable<object> {
    const context = execution.switchToRpc().getContext<McpContext>();
    const uri = context.text('uri');
    const found = this.resources.find(uri, context.principal!);
    if (!found) throw unknownResource(uri, context.era);
    context.entry = readAsCall(found, uri, this.config.values.tools.prices['resources/read'] ?? 0);
    return next.handle().pipe(map((result) => readResult('contents', result, context)));
  }
}
