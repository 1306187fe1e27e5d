import { Injectable } from '@nestjs/common';
import { ClickHouse } from '../../../clickhouse/clickhouse.js';
import { Clock } from '../../../common/clock.js';
import { orNull, WORTH_MS } from '../../../common/concurrency/deadline.js';
import { DirtyHoursRepository } from '../../delivery/dirty-hours.repository.js';
import { countedHours } from '../counted-hours.js';
import { lastHoursOf } from '../usage-days.js';
import { parameters, READ_LIMITS } from '../usage-filter.js';
import { knownPercentile } from './latency-buckets.js';

const DAYS = 30;
/** More than anybody offers, and a bound on the answer. */
const TOOLS_MAX = 5_000;

/** How a user used a tool in the last 30 days. */
export interface ToolUse {
  calls: number;
  /** Null while not known for calls of an earlier release. */
  p95_ms: number | null;
  /** The hour of the last call, seconds since the epoch: the rollup knows hours. */
  last_hour: number;
}

/** How tools are used by those who list them. */
@Injectable()
export class ToolUses {
  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly dirtyHours: DirtyHoursRepository,
    private readonly clock: Clock,
  ) {}

  /** By the names of tools; null when it cannot be read in time. */
  of(userId: string): Promise<ReadonlyMap<string, ToolUse> | null> {
    return orNull(this.read(userId)); // /health says what is away
  }

  private async read(userId: string): Promise<ReadonlyMap<string, ToolUse>> {
    const filter = { userId, ...lastHoursOf(DAYS, this.clock.now()) };
    const rawHours = await this.dirtyHours.notRolledUp(filter);
    const source = countedHours(filter, { key: 'tool_name', measures: ['calls', 'latency'] });
    const rows = await this.clickhouse.query<ToolUse & { name: string }>(
      `SELECT name, call_count AS calls, toUnixTimestamp(last) AS last_hour,
              ${knownPercentile('histogram', 'call_count', 0.95)} AS p95_ms
       FROM (SELECT key AS name, sum(calls) AS call_count, max(hour) AS last, sumMap(latency) AS histogram
             FROM (${source}) GROUP BY key ORDER BY call_count DESC, key LIMIT ${TOOLS_MAX}) ${READ_LIMITS}`,
      parameters(filter, rawHours),
      { signal: AbortSignal.timeout(WORTH_MS) },
    );
    return new Map(rows.map(({ name, ...use }) => [name, use]));
  }
}
