import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { RequestCounter } from './request-counter.service.js';
import { ServerStats } from './server-stats.service.js';
import { GatewayStatsDto } from './stats.dto.js';

/** Statistics of this process. */
@ApiTags('Gateway')
@Controller('stats')
export class StatsController {
  constructor(
    private readonly requests: RequestCounter,
    private readonly servers: ServerStats,
  ) {}

  /** Uptime, number of requests, and the upstream servers. */
  @Get()
  @CallerAuthenticated('gateway:read')
  stats(): GatewayStatsDto {
    return { uptime: Math.floor(process.uptime()), total_requests: this.requests.total, ...this.servers.stats() };
  }
}
