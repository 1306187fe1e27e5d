import { ClickHouseError } from '../../clickhouse/clickhouse.js';
import { Injectable } from '@nestjs/common';
import { UsersService } from '../../auth/users/users.service.js';
import { isBackendAway } from '../../common/backend-away.js';
import { Clock } from '../../common/clock.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { DirtyHoursRepository } from '../delivery/dirty-hours.repository.js';
import { cursorOf, pageOf, placeOf, type CallPlace } from './call-cursor.js';
import { filterOf, type CallFilterQuery } from './call-filter.dto.js';
import { KeyNames } from './key-names.repository.js';
import { UsageCountsRepository, type DayCounts, type ToolCounts } from './usage-counts.repository.js';
import { lastDays, periodOfDays } from './usage-days.js';
import { ownerOf, UsageRecordDto, type AnyCallDto, type UsageHistoryDto, type UsageHistoryQuery } from './usage-history.dto.js';
import type { CallFilter, UsageFilter } from './usage-filter.js';
import { UsageLogRepository, type AnyRow, type UsageRow } from './usage-log.repository.js';
import { KeyUsageDto, type UsageByKeyDto, type UsageStatsDto, type UsageStatsQuery } from './usage-stats.dto.js';

/** Rows of a page of history. */
type HistoryPage = { rows: UsageRow[] } & Pick<UsageHistoryDto, 'total' | 'next'>;

/** A user's calls and statistics, exact for every delivered event, however often it was delivered. */
@Injectable()
export class UsageQueries {
  constructor(
    private readonly log: UsageLogRepository,
    private readonly counts: UsageCountsRepository,
    private readonly dirtyHours: DirtyHoursRepository,
    private readonly keyNames: KeyNames,
    private readonly users: UsersService,
    private readonly clock: Clock,
  ) {}

  /** A page, by its number or by the call before it. @throws VALIDATION_ERROR when days or instants are reversed, UNAVAILABLE when ClickHouse is away. */
  async history(userId: string, query: UsageHistoryQuery): Promise<UsageHistoryDto> {
    const filter = historyFilter(userId, query);
    const { page, page_size, before } = query;
    return unavailableWhenAway(async () => {
      const { rows, ...rest } =
        before === undefined ? await this.pageAt(filter, query) : await this.pageBehind(filter, before, page_size);
      const names = await this.keyNames.of(rows);
      const records = rows.map((row) => UsageRecordDto.of(row, names.get(row.api_key_id)));
      return { records, page, page_size, ...rest };
    });
  }

  /**
   * Calls of a user, or of everybody in the last days (`usage.keep_recent_days`), newest first, as they are stored.
   * @throws VALIDATION_ERROR when instants are reversed, UNAVAILABLE when ClickHouse is away
   */
  async calls(userId: string | undefined, query: CallFilterQuery): Promise<{ records: AnyCallDto[]; next: string | null }> {
    const filter = callsFilter(userId, query);
    return unavailableWhenAway(async () => {
      const read = (last: CallPlace | undefined, most: number) => this.log.findOlderOfAny(filter, last, most);
      const { rows, next } = await pageOf(query.page_size, placeOf(query.before), read);
      return { records: await this.named(rows), next };
    });
  }

  /** Rows of anybody's calls with the names of their keys and users. */
  async named(rows: AnyRow[]): Promise<AnyCallDto[]> {
    const [keys, users] = await Promise.all([this.keyNames.of(rows), this.users.namesOf(rows.map(({ user_id }) => user_id))]);
    return rows.map((row) => ({
      ...UsageRecordDto.of(row, keys.get(row.api_key_id)),
      ...ownerOf(row.user_id, users.get(row.user_id)),
    }));
  }

  private async pageAt(filter: UsageFilter, { page, page_size }: UsageHistoryQuery): Promise<HistoryPage> {
    const offset = (page - 1) * page_size;
    const place = await this.counts.locate(filter, { limit: page_size, offset }, await this.dirtyHours.notRolledUp(filter));
    const rows = await this.log.findPage(filter, place, page_size);
    return {
      rows,
      total: place.total,
      next: offset + rows.length < place.total && rows.length > 0 ? cursorOf(rows.at(-1)!) : null,
    };
  }

  private async pageBehind(filter: UsageFilter, before: string, size: number): Promise<HistoryPage> {
    return { total: null, ...(await pageOf(size, placeOf(before), (last, most) => this.log.findOlder(filter, last, most))) };
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
    const dates = lastDays(days, this.clock.now());
    const filter = statsFilter(userId, dates);
    return unavailableWhenAway(async () => {
      const keys = await this.counts.countByKey(filter, await this.dirtyHours.notRolledUp(filter));
      const names = await this.keyNames.of(keys);
      return { period_days: days, keys: keys.map((key) => KeyUsageDto.of(key, names.get(key.api_key_id), dates)) };
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
  const { start_date, end_date, from, to, before, page } = query;
  if (start_date !== undefined && end_date !== undefined && start_date > end_date)
    refuseQuery('end_date', `end_date (${end_date}) must not be before start_date (${start_date})`);
  refuseReversedInstants(query);
  if (from !== undefined && start_date !== undefined) refuseQuery('from', 'Give either from or start_date');
  if (to !== undefined && end_date !== undefined) refuseQuery('to', 'Give either to or end_date');
  if (before !== undefined && page > 1) refuseQuery('page', 'Give either page or before');
  return { ...periodOfDays(start_date, end_date), ...filterOf(query), userId };
}

/** Everybody's calls, or those of a user. @throws VALIDATION_ERROR when instants are reversed */
export function callsFilter(userId: string | undefined, query: CallFilterQuery): CallFilter {
  refuseReversedInstants(query);
  return { ...periodOfDays(), ...filterOf(query), ...(userId !== undefined && { userId }) };
}

/** From the first day to the last. */
export function statsFilter(userId: string, dates: string[], apiKeyId?: string): UsageFilter {
  return { userId, ...periodOfDays(dates[0], dates.at(-1)), ...(apiKeyId !== undefined && { apiKeyId }) };
}

/** @throws VALIDATION_ERROR when `from` is not before `to` */
export function refuseReversedInstants({ from, to }: Pick<UsageHistoryQuery, 'from' | 'to'>): void {
  if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to))
    refuseQuery('to', 'to must be later than from');
}

/** @throws VALIDATION_ERROR that names a field of the query */
export function refuseQuery(field: string, msg: string): never {
  throw new TallygateError('VALIDATION_ERROR', msg, { detail: [{ loc: ['query', field], msg, type: 'value_error' }] });
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
