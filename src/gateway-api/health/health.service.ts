import { Injectable } from '@nestjs/common';
import { VERSION } from '../../common/version.js';
import { HealthChecks } from '../../servers/pool/health-checks.service.js';
import { UsageStatus, type UsageNumbers } from '../../usage/delivery/usage-status.service.js';
import { EngineProbes, type Engines } from './engine-probes.service.js';
import { AppConfig } from '../../config/app-config.js';
import type { AddressesDto, HealthDto, UsageBacklogDto } from './health.dto.js';

/** Usage that waits longer than this for ClickHouse is reported to the operator. */
const BACKLOG_AGE_MAX_MS = 60_000;

/** The gateway's health, with reasons. */
@Injectable()
export class HealthService {
  private isDraining = false;
  private readonly addresses: AddressesDto;

  constructor(
    private readonly engines: EngineProbes,
    private readonly usage: UsageStatus,
    private readonly servers: HealthChecks,
    { values }: AppConfig,
  ) {
    const { port, mcp_port, public_url, public_mcp_url } = values;
    const addresses = { ...(public_url && { rest_url: public_url }), ...(public_mcp_url && { mcp_url: public_mcp_url }) };
    this.addresses = { rest_port: port, mcp_port, ...addresses };
  }

  /** The ports that the system chose, where the settings leave it to it. */
  listenOn(rest: number, mcp: number): void {
    Object.assign(this.addresses, { rest_port: rest, mcp_port: mcp });
  }

  /** The first step of a shutdown, so that load balancers look elsewhere. */
  startDraining(): void {
    this.isDraining = true;
  }

  /** Whether new work is accepted: not shutting down, and PostgreSQL answers. */
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
      usage_backlog: usage ? backlogOf(usage) : null,
      mcp_servers: this.servers.numbers(),
      addresses: this.addresses,
    };
  }

  private reasons({ database, clickhouse, redis, isDiskFull }: Engines, usage: UsageNumbers | undefined): string[] {
    return [
      ...(this.isDraining ? ['shutting down'] : []),
      ...(database ? [] : ['PostgreSQL does not answer: metered calls are refused']),
      ...(clickhouse ? [] : ['ClickHouse does not answer: usage waits in PostgreSQL, stock data and statistics fail']),
      ...(isDiskFull ? ['the disk of ClickHouse is nearly full: usage waits in PostgreSQL, imports fail'] : []),
      ...(redis === false ? ['Redis does not answer: each replica counts limits for itself'] : []),
      ...(usage && usage.oldest_pending_ms > BACKLOG_AGE_MAX_MS
        ? [`${usage.pending} usage events are waiting to be delivered`]
        : []),
      ...(usage && usage.rejected > 0
        ? [`${usage.rejected} usage events were refused by ClickHouse; see mcp.usage_rejected`]
        : []),
    ];
  }
}

const state = (answers: boolean) => (answers ? 'connected' : 'disconnected');

/** The part of the numbers that says what is on its way. */
export const backlogOf = ({ pending, oldest_pending_ms, rejected, healed, lost }: UsageNumbers): UsageBacklogDto => ({
  pending,
  oldest_pending_ms,
  rejected,
  healed,
  lost,
});
