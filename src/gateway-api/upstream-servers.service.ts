import { Injectable } from '@nestjs/common';
import type { GatewayStatsDto } from './stats.dto.js';

type ServerStats = Pick<GatewayStatsDto, 'active_servers' | 'healthy_servers' | 'load_balancer'>;

/** What the REST face shows of upstream MCP servers. None can be registered yet, so all is zero. */
@Injectable()
export class UpstreamServers {
  stats(): ServerStats {
    const load_balancer = { strategy: 'round_robin', total_requests: 0, requests_per_server: {} };
    return { active_servers: 0, healthy_servers: 0, load_balancer };
  }
}
