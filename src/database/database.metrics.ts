import { Injectable, type OnModuleInit } from '@nestjs/common';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { Metrics } from '../telemetry/metrics.js';

/** The connections to PostgreSQL that all rooms share. */
@Injectable()
export class DatabaseMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly dataSource: DataSource,
  ) {}

  onModuleInit(): void {
    const pool = (this.dataSource.driver as PostgresDriver).master as pg.Pool;
    this.metrics.gauge({
      name: 'tallygate_postgres_pool_connections',
      help: 'Connections to PostgreSQL',
      labels: ['state'],
      read: () => [
        { labels: { state: 'idle' }, value: pool.idleCount },
        { labels: { state: 'busy' }, value: pool.totalCount - pool.idleCount },
      ],
    });
    this.metrics.gauge({
      name: 'tallygate_postgres_pool_waiting',
      help: 'Statements that wait for a connection to PostgreSQL',
      read: () => pool.waitingCount,
    });
  }
}
