import { Module } from '@nestjs/common';
import { CreditsModule } from '../credits/credits.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { Idempotency } from './idempotency.service.js';
import { IdempotentCallsRepository } from './idempotent-calls.repository.js';
import { PromptCatalog } from './prompt-catalog.service.js';
import { ResourceCatalog } from './resource-catalog.service.js';
import { Sources } from './sources.service.js';
import { ToolCallObserver } from './tool-call.observer.js';
import { ToolCatalog } from './tool-catalog.service.js';
import { ToolMeter } from './tool-meter.service.js';
import { ToolRunner } from './tool-runner.service.js';
import { UsageInterceptor } from './usage.interceptor.js';

/** The catalogs of tools, resources and prompts, and the story of one call. Sources import this module and register themselves. */
@Module({
  imports: [CreditsModule, UsageModule],
  providers: [
    Idempotency,
    IdempotentCallsRepository,
    PromptCatalog,
    ResourceCatalog,
    Sources,
    ToolCallObserver,
    ToolCatalog,
    ToolMeter,
    ToolRunner,
    UsageInterceptor,
  ],
  exports: [
    Idempotency,
    PromptCatalog,
    ResourceCatalog,
    Sources,
    ToolCallObserver,
    ToolCatalog,
    ToolMeter,
    ToolRunner,
    UsageInterceptor,
  ],
})
export class ToolsModule {}
