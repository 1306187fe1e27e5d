import { Module, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { endedWithin } from '../../common/concurrency/deadline.js';
import { loggerFor } from '../../common/log-contexts.js';
import { DataVersions } from './data-versions.service.js';
import { DatasetImportService } from '../import/dataset-import.service.js';
import { ImportLogRepository } from '../import/import-log.repository.js';
import { SampleData } from '../sample/sample-data.service.js';
import { StagingLoader } from '../import/staging-loader.service.js';
import { StagingRepository } from '../import/staging.repository.js';
import { SyntheticData } from '../sample/synthetic-data.service.js';

const RECOVERY_ENDS_WITHIN_MS = 5_000;

/** The datasets and their imports; everything `tallygate import` needs. */
@Module({
  providers: [
    DataVersions,
    DatasetImportService,
    ImportLogRepository,
    SampleData,
    StagingLoader,
    StagingRepository,
    SyntheticData,
  ],
  exports: [DataVersions, DatasetImportService, SampleData, SyntheticData],
})
export class DatasetsModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = loggerFor('Stock data');
  private recovery: Promise<void> | undefined;

  constructor(
    private readonly versions: DataVersions,
    private readonly imports: DatasetImportService,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.versions.start();
  }

  /** Not awaited by the start, since it waits for imports that another replica is running. */
  onApplicationBootstrap(): void {
    this.recovery = this.imports
      .recover()
      .catch((error: unknown) => this.logger.warn(`Cleaning up interrupted imports: ${(error as Error).message}`));
  }

  /** A recovery that waits for another replica's import is left to the next start. */
  async onModuleDestroy(): Promise<void> {
    if (this.recovery) await endedWithin(this.recovery, RECOVERY_ENDS_WITHIN_MS);
  }
}
