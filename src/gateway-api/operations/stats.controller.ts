import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { httpTraffic } from '../../http/front-door.js';
import { HealthChecks } from '../../servers/pool/health-checks.service.js';
import { LoadBalancer } from '../../servers/pool/load-balancer.service.js';
import { GatewayStatsDto } from './stats.dto.js';

/** Statistics of this process. */
@ApiTags('Gateway')
@Controller('stats')
export class StatsController {
  constructor(
    private readonly health: HealthChecks,
    private readonly balancer: LoadBalancer,
  ) {}

  /** Uptime, number of requests, and the upstream servers. */
  @Get()
  @CallerAuthenticated('gateway:read')
  stats(): GatewayStatsDto {
    const { total, healthy } = this.health.numbers();
    return {
      uptime: Math.floor(process.uptime()),
      total_requests: httpTraffic.requests,
      active_servers: total,
      healthy_servers: healthy,
      load_balancer: this.balancer.numbers(),
    };
  }
}
