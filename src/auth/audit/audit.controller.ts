import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../access/authenticated.decorator.js';
import { AuditLineDto, AuditListDto, AuditQuery, filterOf } from './audit.dto.js';
import { AuditLog } from './audit-log.service.js';

/** Who changed what, for operators. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/audit')
export class AuditController {
  constructor(private readonly log: AuditLog) {}

  /** Lists changes, newest first, filtered by actor, action, what was changed, and time. */
  @Get()
  async list(@Query() query: AuditQuery): Promise<AuditListDto> {
    const { page, page_size } = query;
    const { lines, total } = await this.log.page(filterOf(query), { limit: page_size, offset: (page - 1) * page_size });
    return { entries: lines.map((line) => AuditLineDto.of(line)), total, page, page_size };
  }
}
