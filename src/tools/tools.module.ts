import { Module } from '@nestjs/common';
import { CreditsModule } from '../credits/credits.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { Idempotency } from './idempotency.service.js';
import { IdempotentCallsRepository } from './idempotent-calls.repository.js';
import { ToolCatalog } from './tool-catalog.service.js';
import { ToolMeter } from './tool-meter.service.js';
import { ToolRunner } from './tool-runner.service.js';
import { UsageInterceptor } from './usage.interceptor.js';

/** The catalog of tools and the story of one call. Sources import this module and register themselves. */
@Module({
  imports: [CreditsModule, UsageModule],
  providers: [Idempotency, IdempotentCallsRepository, ToolCatalog, ToolMeter, ToolRunner, UsageInterceptor],
  exports: [Idempotency, ToolCatalog, ToolMeter, ToolRunner, UsageInterceptor],
})
export class ToolsModule {}
