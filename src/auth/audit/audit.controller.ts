import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiPageOrFile, AskedFile, type FileFormat } from '../../rest/export/export-format.js';
import { Exports } from '../../rest/export/exports.service.js';
import { piecesOf, type Table } from '../../rest/export/table.js';
import { Authenticated } from '../access/authenticated.decorator.js';
import { CurrentPrincipal } from '../access/current-principal.decorator.js';
import type { Principal } from '../access/principal.js';
import { AuditLineDto, AuditListDto, AuditQuery, filterOf, LINE_COLUMNS } from './audit.dto.js';
import { AuditLog, type AuditFilter } from './audit-log.service.js';

/** Changes in a piece of the file. */
const PIECE_LINES = 2_000;

/** Who changed what, for operators. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/audit')
export class AuditController {
  constructor(
    private readonly log: AuditLog,
    private readonly exports: Exports,
  ) {}

  /** Lists changes, newest first, filtered by actor, action, what was changed, and time: a page, or all of them as a file. */
  @Get()
  @ApiPageOrFile(AuditListDto)
  async list(
    @CurrentPrincipal() who: Principal,
    @Query() query: AuditQuery,
    @AskedFile() file?: FileFormat,
  ): Promise<AuditListDto | StreamableFile> {
    if (file) return this.exports.open(who, file, this.table(filterOf(query)));
    const { page, page_size } = query;
    const { lines, total } = await this.log.page(filterOf(query), { limit: page_size, offset: (page - 1) * page_size });
    return { entries: lines.map((line) => AuditLineDto.of(line)), total, page, page_size };
  }

  private table(filter: AuditFilter): Table<AuditLineDto> {
    const pieces = () =>
      piecesOf<AuditLineDto>(PIECE_LINES, async (last) => {
        const lines = await this.log.before(filter, last?.id, PIECE_LINES);
        return lines.map((line) => AuditLineDto.of(line));
      });
    return { name: 'audit', columns: LINE_COLUMNS, pieces };
  }
}
