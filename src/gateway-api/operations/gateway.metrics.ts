import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../../telemetry/metrics.js';
import { VERSION } from '../../common/version.js';
import { droppedConnections } from '../../http/bounded-server.js';
import { httpTraffic } from '../../http/front-door.js';
import { HealthService } from '../health/health.service.js';

/** The gateway as a whole: what it is, what it answers, and what it stands on. */
@Injectable()
export class GatewayMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly health: HealthService,
  ) {}

  onModuleInit(): void {
    this.metrics.add(httpTraffic.responses, droppedConnections);
    this.metrics.counter({
      name: 'tallygate_http_requests_total',
      help: 'Requests to both listeners',
      read: () => httpTraffic.requests,
    });
    this.metrics.gauge({
      name: 'tallygate_backend_up',
      help: '1 for a backend that answers, else 0',
      labels: ['backend'],
      read: () => this.backends(),
    });
    this.metrics.gauge({
      name: 'tallygate_build_info',
      help: 'Always 1; the version is in the label',
      labels: ['version'],
      read: () => [{ labels: { version: VERSION }, value: 1 }],
    });
  }

  private async backends() {
    const { database, clickhouse } = await this.health.check();
    return Object.entries({ postgresql: database, clickhouse }).map(([backend, state]) => ({
      labels: { backend },
      value: Number(state === 'connected'),
    }));
  }
}
