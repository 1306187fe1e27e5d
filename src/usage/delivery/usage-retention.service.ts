import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { loggerFor } from '../../common/log-contexts.js';
import { DAY_MS, utcDay } from '../../common/utc-day.js';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import { demandRoom } from '../../clickhouse/disk-room.js';
import { AppConfig } from '../../config/app-config.js';

/**
 * Tables of usage, and the column that a row's age counts from. Hourly counts expire with their rows, or history
 * would count deleted calls.
 */
const KEPT = {
  mcp_tool_usage_log: { since: 'toDateTime(created_at)', unit: 'Month' },
  mcp_tool_usage_hourly: { since: 'hour', unit: 'Month' },
  mcp_tool_usage_by_time: { since: 'toDateTime(created_at)', unit: 'Day' },
} as const;
type KeptTable = keyof typeof KEPT;
const TABLES = Object.keys(KEPT) as KeptTable[];

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
      this.logger.error(`usage.keep_months and keep_recent_days are not applied: ${(error as Error).message}`);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** Returns the names of the tables that were changed. */
  async apply(): Promise<string[]> {
    const there = await this.clickhouse.query<{ name: KeptTable; engine: string }>(
      `SELECT name, engine_full AS engine FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)} ORDER BY name`,
      { names: TABLES },
    );
    const changed = there.filter(({ name, engine }) => !engine.includes(this.intervalOf(name)));
    if (changed.length > 0) await demandRoom(this.clickhouse);
    for (const { name } of changed) {
      await this.clickhouse.command(`ALTER TABLE ${name} MODIFY TTL ${KEPT[name].since} + ${this.intervalOf(name)}`);
      this.logger.log(`${name} is now kept for ${this.lengthOf(name)} ${KEPT[name].unit.toLowerCase()}s`);
    }
    return changed.map(({ name }) => name);
  }

  /** Drops the months and weeks whose rows are all past keeping, which takes no room. Returns which, as `table/YYYYMM`. */
  async dropExpired(): Promise<string[]> {
    const dropped: string[] = [];
    for (const table of TABLES)
      for (const { part } of await this.expired(table)) {
        await this.clickhouse.command(`ALTER TABLE ${table} DROP PARTITION ID '${part}'`);
        this.logger.log(`${table} of ${part} is dropped: it is past keeping, and the disk is full`);
        dropped.push(`${table}/${part}`);
      }
    return dropped;
  }

  private expired(table: KeptTable): Promise<{ part: string }[]> {
    const oldest = KEPT[table].unit === 'Month' ? this.oldestMonth : this.oldestWeek;
    return this.clickhouse.query(
      `SELECT DISTINCT partition_id AS part FROM system.parts
       WHERE active AND database = currentDatabase() AND table = {table:String} AND match(part, '^[0-9]+$')
         AND length(part) = length({oldest:String}) AND part < {oldest:String} ORDER BY part`,
      { table, oldest },
    );
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

  /** The same of weeks: the day, `YYYYMMDD`, on or after which they begin. */
  private get oldestWeek(): string {
    const days = this.config.values.usage.keep_recent_days + 7;
    return utcDay(this.clock.now() - days * DAY_MS).replaceAll('-', '');
  }

  /** As ClickHouse writes it. */
  private intervalOf(table: KeptTable): string {
    return `toInterval${KEPT[table].unit}(${this.lengthOf(table)})`;
  }

  private lengthOf(table: KeptTable): number {
    const { keep_months, keep_recent_days } = this.config.values.usage;
    return KEPT[table].unit === 'Month' ? keep_months : keep_recent_days;
  }
}
