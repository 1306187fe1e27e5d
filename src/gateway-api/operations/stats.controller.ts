import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { httpTraffic } from '../../http/front-door.js';
import { ServerStats } from './server-stats.service.js';
import { GatewayStatsDto } from './stats.dto.js';

/** What this process does. */
@ApiTags('Gateway')
@Controller('stats')
export class StatsController {
  constructor(private readonly servers: ServerStats) {}

  /** How long it runs, what it served, and how upstream servers are. */
  @Get()
  @CallerAuthenticated('gateway:read')
  stats(): GatewayStatsDto {
    return { uptime: Math.floor(process.uptime()), total_requests: httpTraffic.requests, ...this.servers.stats() };
  }
}
