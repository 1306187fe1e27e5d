import type { Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ConfigModule } from '../../../src/config/config.module.js';
import type { AppConfig } from '../../../src/config/app-config.js';
import { DatabaseModule } from '../../../src/database/database.module.js';
import { configureRest } from '../../../src/rest/configure-rest.js';

/** Port 8000 with these modules on a database of the test's, without listening. Tests replace providers by `overrides`. */
export async function startRestApp(
  config: AppConfig,
  modules: Type[],
  overrides: { provide: Type | symbol | (abstract new () => unknown); value: unknown }[] = [],
): Promise<NestExpressApplication> {
  const builder = Test.createTestingModule({ imports: [ConfigModule.forRoot(config), DatabaseModule, ...modules] });
  for (const { provide, value } of overrides) builder.overrideProvider(provide).useValue(value);
  const module = await builder.compile();
  const app = module.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
  configureRest(app, config);
  return app.init();
}
