import { Injectable } from '@nestjs/common';
import { VERSION } from '../../common/version.js';
import { HealthChecks } from '../../servers/pool/health-checks.service.js';
import { UsageStatus, type UsageNumbers } from '../../usage/delivery/usage-status.service.js';
import { EngineProbes, type Engines } from './engine-probes.service.js';
import type { HealthDto } from './health.dto.js';

/** Usage that waits longer than this for ClickHouse is worth an operator's look. */
const BACKLOG_AGE_MAX_MS = 60_000;

/** How the gateway is, and why. */
@Injectable()
export class HealthService {
  private isDraining = false;

  constructor(
    private readonly engines: EngineProbes,
    private readonly usage: UsageStatus,
    private readonly servers: HealthChecks,
  ) {}

  /** First of all on a shutdown, so that load balancers look elsewhere. */
  startDraining(): void {
    this.isDraining = true;
  }

  /** Whether new work can be taken: not shutting down, and PostgreSQL answers. */
  async isReady(): Promise<boolean> {
    return !this.isDraining && (await this.engines.database());
  }

  async check(): Promise<HealthDto> {
    const engines = await this.engines.all();
    const { database, clickhouse, redis } = engines;
    const usage = database ? await this.usage.read() : undefined;
    const reasons = this.reasons(engines, usage);
    return {
      status: !database || this.isDraining ? 'unhealthy' : reasons.length > 0 ? 'degraded' : 'healthy',
      ...(reasons.length > 0 && { reasons }),
      timestamp: new Date().toISOString(),
      uptime: Math.floor(process.uptime()),
      version: VERSION,
      database: state(database),
      clickhouse: state(clickhouse),
      ...(redis !== undefined && { redis: state(redis) }),
      usage_backlog: usage
        ? { pending: usage.pending, oldest_pending_ms: usage.oldest_pending_ms, rejected: usage.rejected }
        : null,
      mcp_servers: this.servers.numbers(),
    };
  }

  private reasons({ database, clickhouse, redis }: Engines, usage: UsageNumbers | undefined): string[] {
    return [
      ...(this.isDraining ? ['shutting down'] : []),
      ...(database ? [] : ['PostgreSQL does not answer: metered calls are refused']),
      ...(clickhouse ? [] : ['ClickHouse does not answer: usage waits in PostgreSQL, stock data and statistics fail']),
      ...(redis === false ? ['Redis does not answer: each replica counts limits for itself'] : []),
      ...(usage && usage.oldest_pending_ms > BACKLOG_AGE_MAX_MS ? [`${usage.pending} usage events wait to be delivered`] : []),
      ...(usage && usage.rejected > 0
        ? [`${usage.rejected} usage events were refused by ClickHouse; see mcp.usage_rejected`]
        : []),
    ];
  }
}

const state = (answers: boolean) => (answers ? 'connected' : 'disconnected');
