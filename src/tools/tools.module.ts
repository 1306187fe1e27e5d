import { Module } from '@nestjs/common';
import { UsageModule } from '../usage/usage.module.js';
import { ToolCatalog } from './tool-catalog.service.js';
import { ToolRunner } from './tool-runner.service.js';
import { UsageInterceptor } from './usage.interceptor.js';

/** The catalog of tools and the story of one call. Sources import this module and register themselves. */
@Module({
  imports: [UsageModule],
  providers: [ToolCatalog, ToolRunner, UsageInterceptor],
  exports: [ToolCatalog, ToolRunner, UsageInterceptor, UsageModule],
})
export class ToolsModule {}
