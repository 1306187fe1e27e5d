// Preloaded into a gateway of the tests (`node --import`): adds the conformance suite's fixture as one more built-in source.
import { register } from 'node:module';
import { Module } from '@nestjs/common';
import { AppModule } from '../../dist/app.module.js';
import { Sources } from '../../dist/tools/catalog/sources.service.js';
import { ToolsModule } from '../../dist/tools/tools.module.js';

register('../../scripts/typescript-hooks.mjs', import.meta.url);
register('./dist-hooks.mjs', import.meta.url);
const { FixtureSource } = await import('./fixture.source.ts');

class FixtureModule {
  constructor(sources) {
    this.sources = sources;
  }

  onModuleInit() {
    this.sources.register(new FixtureSource());
  }
}
Reflect.defineMetadata('design:paramtypes', [Sources], FixtureModule);
Module({ imports: [ToolsModule] })(FixtureModule);

const { forRoot } = AppModule;
AppModule.forRoot = (...args) => {
  const module = forRoot.apply(AppModule, args);
  return { ...module, imports: [...module.imports, FixtureModule] };
};
