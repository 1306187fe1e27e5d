import { ClickHouseError } from '../../clickhouse/clickhouse.js';
import { Injectable } from '@nestjs/common';
import { isBackendAway } from '../../common/backend-away.js';
import { Clock } from '../../common/clock.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { DirtyHoursRepository } from '../delivery/dirty-hours.repository.js';
import { KeyNames } from './key-names.repository.js';
import { UsageCountsRepository, type DayCounts, type ToolCounts } from './usage-counts.repository.js';
import { lastDays, periodOfDays } from './usage-days.js';
import { UsageRecordDto, type UsageHistoryDto, type UsageHistoryQuery } from './usage-history.dto.js';
import type { UsageFilter } from './usage-filter.js';
import { UsageLogRepository } from './usage-log.repository.js';
import { KeyUsageDto, type UsageByKeyDto, type UsageStatsDto, type UsageStatsQuery } from './usage-stats.dto.js';

/** A user's calls and statistics, exact for every delivered event, however often it was delivered. */
@Injectable()
export class UsageQueries {
  constructor(
    private readonly log: UsageLogRepository,
    private readonly counts: UsageCountsRepository,
    private readonly dirtyHours: DirtyHoursRepository,
    private readonly keyNames: KeyNames,
    private readonly clock: Clock,
  ) {}

  /** @throws VALIDATION_ERROR when the days are reversed, UNAVAILABLE when ClickHouse is away. */
  async history(userId: string, query: UsageHistoryQuery): Promise<UsageHistoryDto> {
    const filter = historyFilter(userId, query);
    const { page, page_size } = query;
    const range = { limit: page_size, offset: (page - 1) * page_size };
    return unavailableWhenAway(async () => {
      const place = await this.counts.locate(filter, range, await this.dirtyHours.notRolledUp(filter));
      const rows = await this.log.findPage(filter, place, page_size);
      const names = await this.keyNames.of(rows);
      const records = rows.map((row) => UsageRecordDto.of(row, names.get(row.api_key_id)));
      return { records, total: place.total, page, page_size };
    });
  }

  /** @throws UNAVAILABLE when ClickHouse is away. */
  async stats(userId: string, { days, api_key_id }: UsageStatsQuery): Promise<UsageStatsDto> {
    const dates = lastDays(days, this.clock.now());
    return unavailableWhenAway(async () => {
      const filter = statsFilter(userId, dates, api_key_id);
      const dirty = await this.dirtyHours.notRolledUp(filter);
      const [daily, tools] = await Promise.all([this.counts.countByDay(filter, dirty), this.counts.countByTool(filter, dirty)]);
      return statsOf(dates, daily, tools);
    });
  }

  /** Calls by key, most called first. @throws UNAVAILABLE when ClickHouse is away. */
  async byKey(userId: string, days: number): Promise<UsageByKeyDto> {
    const filter = statsFilter(userId, lastDays(days, this.clock.now()));
    return unavailableWhenAway(async () => {
      const keys = await this.counts.countByKey(filter, await this.dirtyHours.notRolledUp(filter));
      const names = await this.keyNames.of(keys);
      return { period_days: days, keys: keys.map((key) => KeyUsageDto.of(key, names.get(key.api_key_id))) };
    });
  }
}

function statsOf(dates: string[], daily: DayCounts[], top_tools: ToolCounts[]): UsageStatsDto {
  const byDate = new Map(daily.map((day) => [day.date, day]));
  const daily_stats = dates.map((date) => byDate.get(date) ?? { date, call_count: 0, total_records: 0 });
  const total_calls = daily_stats.reduce((sum, day) => sum + day.call_count, 0);
  const total_records = daily_stats.reduce((sum, day) => sum + day.total_records, 0);
  return { daily_stats, total_calls, total_records, avg_daily_calls: total_calls / dates.length, top_tools };
}

/** Always filters by the user, whatever the query says. @throws VALIDATION_ERROR when the days are reversed. */
export function historyFilter(userId: string, query: UsageHistoryQuery): UsageFilter {
  refuseReversed(query);
  const { start_date, end_date, tool_name, api_key_id } = query;
  return {
    userId,
    ...periodOfDays(start_date, end_date),
    ...(tool_name !== undefined && { toolName: tool_name }),
    ...(api_key_id !== undefined && { apiKeyId: api_key_id }),
  };
}

/** From the first day to the last. */
export function statsFilter(userId: string, dates: string[], apiKeyId?: string): UsageFilter {
  return { userId, ...periodOfDays(dates[0], dates.at(-1)), ...(apiKeyId !== undefined && { apiKeyId }) };
}

function refuseReversed({ start_date, end_date }: UsageHistoryQuery): void {
  if (start_date === undefined || end_date === undefined || start_date <= end_date) return;
  const msg = `end_date (${end_date}) must not be before start_date (${start_date})`;
  throw new TallygateError('VALIDATION_ERROR', msg, { detail: [{ loc: ['query', 'end_date'], msg, type: 'value_error' }] });
}

/** ClickHouse's names for what takes too much of it. */
const TOO_MUCH = new Set(['TIMEOUT_EXCEEDED', 'TOO_SLOW', 'MEMORY_LIMIT_EXCEEDED', 'TOO_MANY_SIMULTANEOUS_QUERIES']);

/**
 * Runs work that reads usage; needs both databases. Whichever is away, calls go on and nothing is lost.
 * @throws UNAVAILABLE when it fails, in words that say whether a database is away; the log has the cause
 */
export async function unavailableWhenAway<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const words = `Usage cannot be read right now: ${reasonOf(cause)}. Calls are still served and recorded.`;
    throw new TallygateError('UNAVAILABLE', words, { cause, retryAfterSeconds: 5 });
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof ClickHouseError && TOO_MUCH.has(cause.type ?? ''))
    return 'it takes its database too long or too much memory, so ask for fewer days';
  const { code } = cause as { code?: unknown };
  const hasAnswered = cause instanceof ClickHouseError || cause instanceof TypeError || /^[0-9A-Z]{5}$/.test(String(code));
  return hasAnswered && !isBackendAway(cause)
    ? 'it failed for a reason that the log of the gateway has'
    : 'its database does not answer';
}
