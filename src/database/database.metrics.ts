import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../telemetry/metrics.js';
import { Postgres } from './postgres.js';

/** The connections to PostgreSQL that all rooms share. */
@Injectable()
export class DatabaseMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly postgres: Postgres,
  ) {}

  onModuleInit(): void {
    this.metrics.gauge({
      name: 'tallygate_postgres_pool_connections',
      help: 'Connections to PostgreSQL',
      labels: ['state'],
      read: () => {
        const { idle, busy } = this.postgres.poolCounts;
        return [
          { labels: { state: 'idle' }, value: idle },
          { labels: { state: 'busy' }, value: busy },
        ];
      },
    });
    this.metrics.gauge({
      name: 'tallygate_postgres_pool_waiting',
      help: 'Statements that wait for a connection to PostgreSQL',
      read: () => this.postgres.poolCounts.waiting,
    });
  }
}
