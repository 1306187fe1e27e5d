import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { AdminHealthDto } from './admin-health.dto.js';
import { AdminHealth } from './admin-health.service.js';

/** The gateway's state, for operators. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/health')
export class AdminHealthController {
  constructor(private readonly health: AdminHealth) {}

  /** Engines, replicas, what is on its way, and what this process holds. Answers within 2 seconds, whatever does not. */
  @Get()
  read(): Promise<AdminHealthDto> {
    return this.health.read();
  }
}
