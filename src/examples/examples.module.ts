import { Module, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { LimitsModule } from '../limits/limits.module.js';
import { Sources } from '../tools/catalog/sources.service.js';
import { ToolsModule } from '../tools/tools.module.js';
import { ExamplesSource } from './examples.source.js';

/** Tools for trying things out; `examples.enabled: false` removes them. */
@Module({ imports: [LimitsModule, ToolsModule], providers: [ExamplesSource] })
export class ExamplesModule implements OnModuleInit {
  constructor(
    private readonly config: AppConfig,
    private readonly sources: Sources,
    private readonly source: ExamplesSource,
  ) {}

  onModuleInit(): void {
    if (this.config.values.examples.enabled) this.sources.register(this.source);
  }
}
