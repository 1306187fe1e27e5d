import { Injectable } from '@nestjs/common';
import { orNull } from '../../common/concurrency/deadline.js';
import { Postgres } from '../../database/postgres.js';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import { RedisConnection } from '../../limits/redis.connection.js';

/** An engine that has not answered after this long counts as away. */
const PROBE_TIMEOUT_MS = 2_000;

/** Which engines answer. */
export interface Engines {
  database: boolean;
  clickhouse: boolean;
  /** Undefined where Redis is not used. */
  redis: boolean | undefined;
  /** Whether the embedded ClickHouse writes nothing for want of room. */
  isDiskFull: boolean;
}

/** How long each engine took to answer, milliseconds; null for one that did not in time. */
export interface EngineTimes {
  database: number | null;
  clickhouse: number | null;
  /** Undefined where Redis is not used. */
  redis: number | null | undefined;
}

/** Checks that the engines answer. */
@Injectable()
export class EngineProbes {
  constructor(
    private readonly postgres: Postgres,
    private readonly clickhouse: ClickHouse,
    private readonly redis: RedisConnection,
  ) {}

  async all(): Promise<Engines> {
    const { database, clickhouse, redis } = await this.times();
    return {
      database: database !== null,
      clickhouse: clickhouse !== null,
      redis: redis === undefined ? undefined : redis !== null,
      isDiskFull: this.clickhouse.isDiskFull,
    };
  }

  async database(): Promise<boolean> {
    return (await this.databaseTime(PROBE_TIMEOUT_MS)) !== null;
  }

  /** All are asked at once. */
  async times(withinMs = PROBE_TIMEOUT_MS): Promise<EngineTimes> {
    const [database, clickhouse, redis] = await Promise.all([
      this.databaseTime(withinMs),
      timeOf(this.clickhouse.query('SELECT 1', {}, { signal: AbortSignal.timeout(withinMs) }), withinMs),
      this.redis.isConfigured ? timeOf(this.redis.ping(), withinMs) : undefined,
    ]);
    return { database, clickhouse, redis };
  }

  private databaseTime(withinMs: number): Promise<number | null> {
    return timeOf(this.postgres.query('SELECT 1', [], { timeoutMs: withinMs }), withinMs);
  }
}

/** Null when it fails or is late. What became of a late answer is nobody's concern. */
function timeOf(probe: Promise<unknown>, withinMs: number): Promise<number | null> {
  const since = performance.now();
  return orNull(
    probe.then(() => performance.now() - since),
    undefined,
    withinMs,
  );
}
