import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClickHouseModule } from '../../clickhouse/clickhouse.module.js';
import type { AppConfig } from '../../config/app-config.js';
import { ConfigModule } from '../../config/config.module.js';
import { DatabaseModule } from '../../database/database.module.js';
import { stopOwnedEngines } from '../../database/postgres-engine.js';
import { DatasetsModule } from '../../stock-data/datasets/datasets.module.js';
import { DatasetImportService, type ImportOptions } from '../../stock-data/import/dataset-import.service.js';
import { fileInput } from '../../stock-data/import/files/file-input.js';
import { SyntheticData } from '../../stock-data/sample/synthetic-data.service.js';
import type { UniverseOptions } from '../../stock-data/sample/synthetic-universe.js';
import { quietLogger } from '../terminal/quiet-logger.js';
import type { ImportTarget } from './import-target.js';

@Module({})
class LocalImportsModule {
  static forRoot(config: AppConfig): DynamicModule {
    const imports = [ConfigModule.forRoot(config), DatabaseModule, ClickHouseModule, DatasetsModule];
    return { module: LocalImportsModule, imports };
  }
}

/** Imports in this process, on engines it opens itself. */
export class LocalImports implements ImportTarget {
  private constructor(private readonly app: INestApplicationContext) {}

  /** @throws Error in one line when the engines cannot be reached or belong to a gateway. */
  static async open(config: AppConfig): Promise<LocalImports> {
    const logger = quietLogger(config);
    const app = await NestFactory.createApplicationContext(LocalImportsModule.forRoot(config), { logger, abortOnError: false });
    return new LocalImports(app);
  }

  import(dataset: string, file: string, options: ImportOptions) {
    return this.app.get(DatasetImportService).import(dataset, fileInput(file), options);
  }

  generate(universe: UniverseOptions, onProgress: (share: number) => void) {
    return this.app.get(SyntheticData).generate(universe, onProgress);
  }

  async close(): Promise<void> {
    await this.app.close();
    await stopOwnedEngines();
  }
}
