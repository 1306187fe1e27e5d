import { Body, Controller, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiConflictResponse,
  ApiConsumes,
  ApiNotFoundResponse,
  ApiPayloadTooLargeResponse,
  ApiResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CurrentActor } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { actorOf } from '../../auth/audit/audit-entry.js';
import { AuditLog } from '../../auth/audit/audit-log.service.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { ImportQuery, ImportReportDto, pairs, SyntheticDto } from './dataset-import.dto.js';
import { DatasetImportService } from './dataset-import.service.js';
import { fileInput } from './files/file-input.js';
import { withReceivedFile } from './files/received-file.js';
import { SyntheticData } from '../sample/synthetic-data.service.js';

/** Imports market data into a running gateway; `tallygate import` uses this while one runs. */
@ApiTags('Datasets')
@Controller('api/admin/datasets')
export class DatasetImportController {
  constructor(
    private readonly imports: DatasetImportService,
    private readonly synthetic: SyntheticData,
    private readonly audit: AuditLog,
  ) {}

  /** Imports a CSV (plain or gzip) or Parquet file, all or nothing. Admins only. */
  @Post(':dataset/import')
  @HttpCode(200)
  @Authenticated('admin')
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' }, description: 'The file' })
  @ApiBadRequestResponse({ description: 'The file cannot be read, or columns are missing', type: ErrorDto })
  @ApiNotFoundResponse({ description: 'Unknown dataset', type: ErrorDto })
  @ApiConflictResponse({ description: 'Another import of the dataset is running', type: ErrorDto })
  @ApiResponse({ status: 431, description: 'Path, query and headers are larger than 16 KiB together' })
  @ApiPayloadTooLargeResponse({ description: 'The file is larger than 2 GiB', type: ErrorDto })
  @ApiUnprocessableEntityResponse({
    description: 'Lines were rejected, nothing was imported; or the query is invalid',
    schema: { oneOf: [{ $ref: getSchemaPath(ImportReportDto) }, { $ref: getSchemaPath(ErrorDto) }] },
  })
  async import(
    @CurrentActor() who: Principal,
    @Param('dataset') dataset: string,
    @Query() query: ImportQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ImportReportDto> {
    const options = { map: pairs(query.map), set: pairs(query.set), skipRejected: query.skip_rejected };
    const report = await withReceivedFile(request, (path) => this.imports.import(dataset, fileInput(path, query.name), options));
    if (report.status === 'rejected') response.status(422);
    else await this.audit.note(actorOf(who), { action: 'dataset.imported', subjectId: dataset, details: { file: query.name } });
    return report;
  }

  /** Fills the datasets with a generated market whose symbols are marked as synthetic. Admins only. */
  @Post('synthetic')
  @HttpCode(200)
  @Authenticated('admin')
  @ApiBadRequestResponse({ description: '`symbols` times `days` is more than 20 million', type: ErrorDto })
  async generate(@CurrentActor() who: Principal, @Body() universe: SyntheticDto): Promise<ImportReportDto[]> {
    const reports = await this.synthetic.generate({ ...universe });
    await this.audit.note(actorOf(who), { action: 'dataset.imported', subjectId: 'synthetic', details: { ...universe } });
    return reports;
  }
}
