import { Injectable } from '@nestjs/common';
import { LoadBalancer } from '../../servers/pool/load-balancer.service.js';
import { HealthChecks } from '../../servers/pool/health-checks.service.js';
import type { GatewayStatsDto } from './stats.dto.js';

type ServerFigures = Pick<GatewayStatsDto, 'active_servers' | 'healthy_servers' | 'load_balancer'>;

/** What the REST face shows of upstream MCP servers. */
@Injectable()
export class ServerStats {
  constructor(
    private readonly health: HealthChecks,
    private readonly balancer: LoadBalancer,
  ) {}

  stats(): ServerFigures {
    const { total, healthy } = this.health.numbers();
    return { active_servers: total, healthy_servers: healthy, load_balancer: this.balancer.numbers() };
  }
}
