import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import { demandRoom } from '../../clickhouse/disk-room.js';
import { AppConfig } from '../../config/app-config.js';

/**
 * Tables of usage, and the column that a row's age counts from. Hourly counts expire with their rows, or history
 * would count deleted calls.
 */
const KEPT = { mcp_tool_usage_log: 'toDateTime(created_at)', mcp_tool_usage_hourly: 'hour' } as const;

/**
 * Tells ClickHouse how long to keep usage; it drops older rows when it merges. Changing this rewrites existing data
 * in the background, so it happens only when the setting differs. Among replicas with different settings, the last to
 * start wins.
 */
@Injectable()
export class UsageRetention implements OnApplicationBootstrap {
  private readonly logger = loggerFor('Usage');

  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly config: AppConfig,
  ) {}

  /** Never stops a gateway from starting: rows that are kept too long do no harm, and the next start tries again. */
  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.apply();
    } catch (error) {
      this.logger.error(`usage.keep_months is not applied: ${(error as Error).message}`);
    }
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
}
