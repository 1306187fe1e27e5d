import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { AppConfig } from '../../config/app-config.js';
import { DatasetImportService } from '../import/dataset-import.service.js';
import { CoverageRepository } from './coverage.repository.js';
import { DatasetImportListDto, DatasetListDto } from './datasets.dto.js';
import { DATASETS } from './datasets.js';

const ENDS_WITHIN_MS = 30_000;

/** What is in the datasets, and what brought it. */
@ApiTags('Datasets')
@Authenticated('admin')
@Controller('api/admin/datasets')
export class DatasetsController {
  constructor(
    private readonly config: AppConfig,
    private readonly coverage: CoverageRepository,
    private readonly imports: DatasetImportService,
  ) {}

  /** Every dataset, with how much of it there is. Admins only. */
  @Get()
  async list(): Promise<DatasetListDto> {
    const found = await this.coverage.of(DATASETS, AbortSignal.timeout(ENDS_WITHIN_MS));
    const datasets = DATASETS.map(({ table, title, description, columns }) => {
      const { table: dataset, ...extent } = found.find((one) => one.table === table)!;
      return { dataset, title, description, columns: columns.map(({ name }) => name), ...extent };
    });
    return { enabled: this.config.values.stock_data.enabled, datasets };
  }

  /** The last 100 imports into datasets, newest first. Admins only. */
  @Get('imports')
  async listImports(): Promise<DatasetImportListDto> {
    return { imports: await this.imports.latest() };
  }
}
