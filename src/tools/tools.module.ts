import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { CreditsModule } from '../credits/credits.module.js';
import { TariffModule } from '../tariff/tariff.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { Idempotency } from './call/idempotency.service.js';
import { IdempotentCallsRepository } from './call/idempotent-calls.repository.js';
import { InstructionsCatalog } from './catalog/instructions-catalog.service.js';
import { PromptCatalog } from './catalog/prompt-catalog.service.js';
import { ResourceCatalog } from './catalog/resource-catalog.service.js';
import { Sources } from './catalog/sources.service.js';
import { SuspendedCalls } from './rounds/suspended-calls.service.js';
import { ToolCallObserver } from './call/tool-call.observer.js';
import { ToolCatalog } from './catalog/tool-catalog.service.js';
import { ToolMeter } from './call/tool-meter.service.js';
import { ToolCalls } from './call/tool-calls.service.js';
import { ToolRunner } from './call/tool-runner.service.js';
import { UsageInterceptor } from './call/usage.interceptor.js';
import { TasksRepository } from './tasks/tasks.repository.js';
import { Tasks } from './tasks/tasks.service.js';

/** The catalogs of tools, resources and prompts, and the story of one call. Sources import this module and register themselves. */
@Module({
  imports: [ApiKeysModule, CreditsModule, TariffModule, UsageModule],
  providers: [
    Idempotency,
    IdempotentCallsRepository,
    InstructionsCatalog,
    PromptCatalog,
    ResourceCatalog,
    Sources,
    SuspendedCalls,
    Tasks,
    TasksRepository,
    ToolCallObserver,
    ToolCalls,
    ToolCatalog,
    ToolMeter,
    ToolRunner,
    UsageInterceptor,
  ],
  exports: [
    InstructionsCatalog,
    PromptCatalog,
    ResourceCatalog,
    Sources,
    TariffModule,
    Tasks,
    ToolCallObserver,
    ToolCalls,
    ToolCatalog,
    UsageInterceptor,
  ],
})
export class ToolsModule {}
