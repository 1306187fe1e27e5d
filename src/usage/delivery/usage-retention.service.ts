import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import { AppConfig } from '../../config/app-config.js';

/** Where rows are, and what their age counts from. Hourly counts go with their rows, or history would count what is gone. */
const KEPT = { mcp_tool_usage_log: 'toDateTime(created_at)', mcp_tool_usage_hourly: 'hour' } as const;

/**
 * Tells ClickHouse how long usage is kept; it drops what is older when it merges. A change rewrites what there is, behind
 * the gateway's back, so it is made only when the setting differs. Of replicas with different settings the last start wins.
 */
@Injectable()
export class UsageRetention implements OnApplicationBootstrap {
  private readonly logger = new Logger('Usage');

  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly config: AppConfig,
  ) {}

  /** Never keeps a gateway from starting: rows that are kept too long harm nobody, and the next start tries again. */
  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.apply();
    } catch (error) {
      this.logger.error(`usage.keep_months is not applied: ${(error as Error).message}`);
    }
  }

  /** The names of the tables that were changed. */
  async apply(): Promise<string[]> {
    const months = this.config.values.usage.keep_months;
    const tables = await this.clickhouse.query<{ name: keyof typeof KEPT }>(
      `SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)}
         AND position(engine_full, {ttl:String}) = 0 ORDER BY name`,
      { names: Object.keys(KEPT), ttl: `toIntervalMonth(${months})` },
    );
    for (const { name } of tables) {
      await this.clickhouse.command(`ALTER TABLE ${name} MODIFY TTL ${KEPT[name]} + INTERVAL ${months} MONTH`);
      this.logger.log(`${name} is now kept for ${months} months`);
    }
    return tables.map(({ name }) => name);
  }
}
