import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../../telemetry/metrics.js';
import { VERSION } from '../../common/version.js';
import { AppConfig } from '../../config/app-config.js';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import { BodyBudget } from '../../http/body-budget.js';
import { droppedConnections } from '../../http/bounded-server.js';
import { httpTraffic } from '../../http/front-door.js';
import { HealthService } from '../health/health.service.js';

/** Metrics of the gateway as a whole: version, requests, engines. */
@Injectable()
export class GatewayMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly health: HealthService,
    private readonly config: AppConfig,
    private readonly clickhouse: ClickHouse,
  ) {}

  onModuleInit(): void {
    this.metrics.add(httpTraffic.responses, droppedConnections);
    this.metrics.counter({
      name: 'tallygate_http_requests_total',
      help: 'Requests to both listeners',
      read: () => httpTraffic.requests,
    });
    this.addBodies(BodyBudget.of(this.config));
    this.metrics.gauge({
      name: 'tallygate_backend_up',
      help: '1 if the backend answers, else 0',
      labels: ['backend'],
      read: () => this.backends(),
    });
    this.metrics.gauge({
      name: 'tallygate_clickhouse_disk_full',
      help: '1 while the embedded ClickHouse writes nothing since its disk is as good as full, else 0',
      read: () => Number(this.clickhouse.isDiskFull),
    });
    this.metrics.gauge({
      name: 'tallygate_build_info',
      help: 'Always 1; the version is in the label',
      labels: ['version'],
      read: () => [{ labels: { version: VERSION }, value: 1 }],
    });
  }

  private addBodies(bodies: BodyBudget): void {
    this.metrics.gauge({
      name: 'tallygate_request_bodies_bytes',
      help: 'Request bodies held by both listeners',
      read: () => bodies.held,
    });
    this.metrics.counter({
      name: 'tallygate_request_bodies_refused_total',
      help: 'Request bodies refused since listeners.bodies_max_mib are held',
      read: () => bodies.refused,
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
