import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { loggerFor } from '../../common/log-contexts.js';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import { demandRoom } from '../../clickhouse/disk-room.js';
import { AppConfig } from '../../config/app-config.js';

/**
 * Tables of usage, and the column that a row's age counts from. Hourly counts expire with their rows, or history
 * would count deleted calls.
 */
const KEPT = { mcp_tool_usage_log: 'toDateTime(created_at)', mcp_tool_usage_hourly: 'hour' } as const;

/** Between two looks whether there is room. */
const LOOK_MS = 60_000;

/**
 * Tells ClickHouse how long to keep usage; it drops older rows when it merges. Changing this rewrites existing data
 * in the background, so it happens only when the setting differs. Among replicas with different settings, the last to
 * start wins. On a full disk nothing is merged, so months that are past keeping are dropped as a whole.
 */
@Injectable()
export class UsageRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = loggerFor('Usage');
  private readonly task = new PeriodicTask('Usage', LOOK_MS, () => this.makeRoom());

  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Never stops a gateway from starting: rows that are kept too long do no harm, and the next start tries again. */
  async onApplicationBootstrap(): Promise<void> {
    this.task.start();
    try {
      await this.apply();
    } catch (error) {
      this.logger.error(`usage.keep_months is not applied: ${(error as Error).message}`);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** Returns the names of the tables that were changed. */
  async apply(): Promise<string[]> {
    const months = this.config.values.usage.keep_months;
    const tables = await this.clickhouse.query<{ name: keyof typeof KEPT }>(
      `SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)}
         AND position(engine_full, {ttl:String}) = 0 ORDER BY name`,
      { names: Object.keys(KEPT), ttl: `toIntervalMonth(${months})` },
    );
    if (tables.length > 0) await demandRoom(this.clickhouse);
    for (const { name } of tables) {
      await this.clickhouse.command(`ALTER TABLE ${name} MODIFY TTL ${KEPT[name]} + INTERVAL ${months} MONTH`);
      this.logger.log(`${name} is now kept for ${months} months`);
    }
    return tables.map(({ name }) => name);
  }

  /** Drops the months whose rows are all past keeping, which takes no room. Returns which, as `table/YYYYMM`. */
  async dropExpired(): Promise<string[]> {
    const months = await this.clickhouse.query<{ table: keyof typeof KEPT; month: string }>(
      `SELECT DISTINCT table, partition_id AS month FROM system.parts
       WHERE active AND database = currentDatabase() AND table IN {names:Array(String)}
         AND match(partition_id, '^[0-9]{6}$') AND partition_id < {oldest:String} ORDER BY table, month`,
      { names: Object.keys(KEPT), oldest: this.oldestMonth },
    );
    for (const { table, month } of months) {
      await this.clickhouse.command(`ALTER TABLE ${table} DROP PARTITION ID '${month}'`);
      this.logger.log(`${table} of ${month} is dropped: it is past usage.keep_months, and the disk is full`);
    }
    return months.map(({ table, month }) => `${table}/${month}`);
  }

  private async makeRoom(): Promise<void> {
    if (this.clickhouse.isDiskFull) await this.dropExpired();
  }

  /** The oldest month, `YYYYMM` in UTC, that may have rows to keep. */
  private get oldestMonth(): string {
    const now = new Date(this.clock.now());
    const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - this.config.values.usage.keep_months);
    return new Date(first).toISOString().slice(0, 7).replace('-', '');
  }
}
