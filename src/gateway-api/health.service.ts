import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ClickHouse } from '../clickhouse/clickhouse.js';
import { VERSION } from '../common/version.js';
import { ServerHealth } from '../servers/server-health.service.js';
import { UsageStatus, type UsageNumbers } from '../usage/usage-status.service.js';
import type { HealthDto } from './health.dto.js';
import { Readiness } from './readiness.service.js';

/** An engine that has not answered by then counts as away. */
const PROBE_TIMEOUT_MS = 2_000;
/** Usage that waits longer than this for ClickHouse is worth an operator's look. */
const BACKLOG_AGE_MAX_MS = 60_000;

/** How the gateway is, and why. */
@Injectable()
export class HealthService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clickhouse: ClickHouse,
    private readonly usage: UsageStatus,
    private readonly readiness: Readiness,
    private readonly servers: ServerHealth,
  ) {}

  /** Whether new work can be taken: not shutting down, and PostgreSQL answers. */
  async isReady(): Promise<boolean> {
    return !this.readiness.isDraining && (await answers(this.dataSource.query('SELECT 1')));
  }

  async check(): Promise<HealthDto> {
    const [database, clickhouse] = await Promise.all([
      answers(this.dataSource.query('SELECT 1')),
      answers(this.clickhouse.command('SELECT 1')),
    ]);
    const usage = database ? await this.usage.read() : undefined;
    const reasons = this.reasons(database, clickhouse, usage);
    return {
      status: !database || this.readiness.isDraining ? 'unhealthy' : reasons.length > 0 ? 'degraded' : 'healthy',
      ...(reasons.length > 0 && { reasons }),
      timestamp: new Date().toISOString(),
      uptime: Math.floor(process.uptime()),
      version: VERSION,
      database: database ? 'connected' : 'disconnected',
      clickhouse: clickhouse ? 'connected' : 'disconnected',
      usage_backlog: usage
        ? { pending: usage.pending, oldest_pending_ms: usage.oldest_pending_ms, rejected: usage.rejected }
        : null,
      mcp_servers: this.servers.numbers(),
    };
  }

  private reasons(database: boolean, clickhouse: boolean, usage: UsageNumbers | undefined): string[] {
    return [
      ...(this.readiness.isDraining ? ['shutting down'] : []),
      ...(database ? [] : ['PostgreSQL does not answer: metered calls are refused']),
      ...(clickhouse ? [] : ['ClickHouse does not answer: usage waits in PostgreSQL, stock data and statistics fail']),
      ...(usage && usage.oldest_pending_ms > BACKLOG_AGE_MAX_MS ? [`${usage.pending} usage events wait to be delivered`] : []),
      ...(usage && usage.rejected > 0
        ? [`${usage.rejected} usage events were refused by ClickHouse; see mcp.usage_rejected`]
        : []),
    ];
  }
}

/** Whether it succeeds in time. What became of a late answer is nobody's concern. */
async function answers(probe: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), PROBE_TIMEOUT_MS)));
  const answered = probe.then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
