import { Injectable } from '@nestjs/common';
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

/** Checks that the engines answer. */
@Injectable()
export class EngineProbes {
  constructor(
    private readonly postgres: Postgres,
    private readonly clickhouse: ClickHouse,
    private readonly redis: RedisConnection,
  ) {}

  async all(): Promise<Engines> {
    const [database, clickhouse, redis] = await Promise.all([
      this.database(),
      answers(this.clickhouse.command('SELECT 1')),
      this.redis.isConfigured ? answers(this.redis.ping()) : undefined,
    ]);
    return { database, clickhouse, redis, isDiskFull: this.clickhouse.isDiskFull };
  }

  database(): Promise<boolean> {
    return answers(this.postgres.query('SELECT 1', [], { timeoutMs: PROBE_TIMEOUT_MS }));
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
