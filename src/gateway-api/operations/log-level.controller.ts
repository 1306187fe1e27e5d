import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiTags, ApiUnprocessableEntityResponse } from '@nestjs/swagger';
import { hostname } from 'node:os';
import { CurrentActor } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { actorOf } from '../../auth/audit/audit-entry.js';
import { AuditLog } from '../../auth/audit/audit-log.service.js';
import { loggerFor } from '../../common/log-contexts.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { TallygateLogger } from '../../telemetry/logger.js';
import { LogLevelsDto } from './log-level.dto.js';

/** The log levels of this process. Changes are lost when it ends; `log.level` is the initial level. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/log-level')
export class LogLevelController {
  private readonly logger = loggerFor('Log');

  constructor(
    private readonly log: TallygateLogger,
    private readonly audit: AuditLog,
  ) {}

  /** Current log levels. */
  @Get()
  get(): LogLevelsDto {
    return LogLevelsDto.of(this.log.levels);
  }

  /** Replaces the log levels of this process until it ends. Other replicas keep theirs. */
  @Put()
  @ApiUnprocessableEntityResponse({ description: 'No such level or context', type: ErrorDto })
  async set(@CurrentActor() who: Principal, @Body() { level, contexts }: LogLevelsDto): Promise<LogLevelsDto> {
    this.log.levels = { level, contexts: new Map(contexts.map((one) => [one.context, one.level])) };
    const details = { level, contexts, host: hostname() };
    await this.audit.note(actorOf(who), { action: 'settings.log_level_changed', subjectId: 'log', details });
    this.logger.warn(`Levels are set to ${JSON.stringify(LogLevelsDto.of(this.log.levels))}`);
    return this.get();
  }
}
