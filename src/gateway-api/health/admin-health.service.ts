import { Injectable } from '@nestjs/common';
import { statfs } from 'node:fs/promises';
import { orNull } from '../../common/concurrency/deadline.js';
import { VERSION } from '../../common/version.js';
import { AppConfig } from '../../config/app-config.js';
import { Postgres } from '../../database/postgres.js';
import { Metrics } from '../../telemetry/metrics.js';
import { UsageStatus } from '../../usage/delivery/usage-status.service.js';
import { Replica } from '../../usage/recording/replica.service.js';
import type { AdminHealthDto, EngineDto, ReplicaDto, ThisProcessDto } from './admin-health.dto.js';
import { EngineProbes } from './engine-probes.service.js';
import { backlogOf } from './health.service.js';

/** Nobody waits longer than 2 seconds for the whole; all parts are asked at once. */
const PART_MAX_MS = 1_500;

/** What operators look at when something is wrong: each part is asked by itself, and says nothing when it does not answer. */
@Injectable()
export class AdminHealth {
  constructor(
    private readonly postgres: Postgres,
    private readonly engines: EngineProbes,
    private readonly usage: UsageStatus,
    private readonly replica: Replica,
    private readonly metrics: Metrics,
    private readonly config: AppConfig,
  ) {}

  async read(): Promise<AdminHealthDto> {
    const [process, { database, clickhouse, redis }, replicas, backlog, disk] = await Promise.all([
      this.process(),
      this.engines.times(PART_MAX_MS),
      inTime(() => this.replicas()),
      inTime(async () => backlogOf(await this.usage.read())),
      inTime(() => this.disk()),
    ]);
    // A count of before is told again for a while, and would look like one of now.
    const usage_backlog = database === null ? null : backlog;
    return {
      timestamp: new Date(),
      process,
      postgresql: engineOf(database),
      clickhouse: engineOf(clickhouse),
      redis: redis === undefined ? null : engineOf(redis),
      replicas,
      usage_backlog,
      disk,
    };
  }

  private async process(): Promise<ThisProcessDto> {
    const pool = this.postgres.poolCounts; // before the other parts ask, which take connections themselves
    const [sessions, streams] = await Promise.all(
      ['tallygate_mcp_sessions', 'tallygate_mcp_streams_open'].map((name) => inTime(() => this.metrics.valueOf(name))),
    );
    return {
      version: VERSION,
      node_version: process.versions.node,
      started_at: new Date(Date.now() - Math.round(process.uptime() * 1_000)),
      pool,
      mcp_sessions: sessions!,
      mcp_streams: streams!,
    };
  }

  private async replicas(): Promise<ReplicaDto[]> {
    const open = await this.replica.all();
    return open.map(({ id, name, seenAt }) => ({ id, name, last_seen_at: seenAt, is_this: id === this.replica.id }));
  }

  private async disk() {
    const { bsize, bavail, blocks } = await statfs(this.config.values.data_dir);
    return { free_bytes: bavail * bsize, total_bytes: blocks * bsize };
  }
}

/** What it finds out, or null where it fails or takes too long. */
const inTime = <T>(work: () => Promise<T>): Promise<T | null> => orNull(work(), undefined, PART_MAX_MS);

const engineOf = (ms: number | null): EngineDto =>
  ms === null ? { state: 'disconnected', latency_ms: null } : { state: 'connected', latency_ms: Math.round(ms * 10) / 10 };
