import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { AppConfig } from '../../config/app-config.js';
import { promptAsCall } from '../../tools/call/catalog-read.js';
import { PromptCatalog } from '../../tools/catalog/prompt-catalog.service.js';
import type { RecordedResult } from '../../tools/call/usage-record.js';
import type { McpContext } from '../context/mcp-context.js';
import { invalidParams } from '../protocol/mcp-error.js';
import { readResult } from './read-result.js';

/** Stands around `UsageInterceptor`: puts a prompt into the form of a tool call, and answers its end in the way of prompts. */
@Injectable()
export class PromptGetInterceptor implements NestInterceptor<RecordedResult, object> {
  constructor(
    private readonly prompts: PromptCatalog,
    private readonly config: AppConfig,
  ) {}

  intercept(execution: ExecutionContext, next: CallHandler<RecordedResult>): Observable<object> {
    const context = execution.switchToRpc().getContext<McpContext>();
    const name = context.text('name');
    const found = this.prompts.find(name, context.principal!);
    if (!found) throw invalidParams(`unknown prompt ${name.slice(0, 128)}`);
    context.entry = promptAsCall(found, this.config.values.tools.prices['prompts/get'] ?? 0);
    const { description } = found.offer;
    return next
      .handle()
      .pipe(map((result) => ({ ...(description && { description }), ...readResult('messages', result, context) })));
  }
}
