import { Injectable } from '@nestjs/common';
import { UsersService } from '../../../auth/users/users.service.js';
import { Clock } from '../../../common/clock.js';
import { DAY_MS, utcSecond } from '../../../common/utc-day.js';
import { DirtyHoursRepository } from '../../delivery/dirty-hours.repository.js';
import { UsageOutboxRepository } from '../../recording/usage-outbox.repository.js';
import { KeyNames } from '../key-names.repository.js';
import { periodBetween, periodOfDays } from '../usage-days.js';
import { refuseQuery, unavailableWhenAway } from '../usage-queries.service.js';
import { bucketsOf, dividedHours, isTooFine, POINTS_MAX, sizeFor, type Range, type TimeBucket } from './time-buckets.js';
import type { SeriesDto, SeriesQuery, SeriesSumsDto, UsageSeriesDto } from './usage-series.dto.js';
import {
  FROM_ROWS,
  UsageSeriesRepository,
  type GroupBy,
  type SeriesQuestion,
  type SeriesRow,
} from './usage-series.repository.js';

const DEFAULT_DAYS = 30;
const TOP_MAX = 8;
/** Of everybody's calls, where each is read. */
export const ROWS_DAYS_MAX = 31;

export const NO_CALLS: SeriesSumsDto = {
  calls: 0,
  errors: 0,
  backend_errors: 0,
  records: 0,
  credits: 0,
  p50_ms: null,
  p95_ms: null,
  p99_ms: null,
};

/** What calls without a key of their kind are called. */
const NAMELESS: Partial<Record<GroupBy, string>> = { api_key: 'Login', table: 'No table' };

/** Usage over time, as one series or as one for each of the most called. */
@Injectable()
export class UsageSeries {
  constructor(
    private readonly repository: UsageSeriesRepository,
    private readonly dirtyHours: DirtyHoursRepository,
    private readonly outbox: UsageOutboxRepository,
    private readonly keyNames: KeyNames,
    private readonly users: UsersService,
    private readonly clock: Clock,
  ) {}

  /**
   * A user's calls, or everybody's where there is none.
   * @throws VALIDATION_ERROR when the range is reversed, or has too many buckets; UNAVAILABLE when ClickHouse is away
   */
  async read(userId: string | undefined, query: SeriesQuery & { group_by: GroupBy }): Promise<UsageSeriesDto> {
    const range = rangeOf(query, this.clock.now(), (end) => Math.max(0, end - DEFAULT_DAYS * DAY_MS));
    const size = query.bucket === 'auto' ? sizeFor(range) : query.bucket;
    refuseTooMuch(range, size, userId === undefined && FROM_ROWS.includes(query.group_by));
    const zone = new Intl.DateTimeFormat('en', { timeZone: query.time_zone }).resolvedOptions().timeZone; // as ClickHouse spells it
    const buckets = bucketsOf(range, size, zone);
    return unavailableWhenAway(async () => {
      const fresh_until = await this.outbox.deliveredUntil();
      const question = await this.questionOf(userId, query, { range, size, zone, buckets });
      const answer = {
        bucket: size,
        from: new Date(range.from),
        to: new Date(range.to),
        time_zone: query.time_zone,
        fresh_until,
      };
      return { ...answer, ...(await this.seriesOf(question, buckets)) };
    });
  }

  private async questionOf(
    userId: string | undefined,
    { group_by, tool_name, api_key_id }: SeriesQuery & { group_by: GroupBy },
    { range, size, zone, buckets }: { range: Range; buckets: TimeBucket[] } & Pick<SeriesQuestion, 'size' | 'zone'>,
  ): Promise<SeriesQuestion> {
    const period = periodBetween(range);
    const rawHours = await this.dirtyHours.notRolledUp(period, dividedHours(buckets).map(utcSecond));
    const filter = {
      ...period,
      ...(userId !== undefined && { userId }),
      ...(tool_name !== undefined && { toolName: tool_name }),
      ...(api_key_id !== undefined && { apiKeyId: api_key_id }),
    };
    return { filter, groupBy: group_by, size, zone, rawHours };
  }

  private async seriesOf(
    question: SeriesQuestion,
    buckets: TimeBucket[],
  ): Promise<Pick<UsageSeriesDto, 'series' | 'others_count'>> {
    if (question.groupBy === 'none') {
      const rows = await this.repository.sums(question, ['']);
      return { series: [seriesOf({ key: 'all', label: 'All calls' }, buckets, rows)], others_count: 0 };
    }
    const { keys, count } = await this.repository.topKeys(question, TOP_MAX);
    const rows = keys.length > 0 ? await this.repository.sums(question, keys) : [];
    const labels = await this.labelsOf(question.groupBy, keys);
    const ofRank = (rank: number) => rows.filter((row) => row.rank === rank);
    const series = keys.map((key, index) => seriesOf({ key, label: labels.get(key) ?? key }, buckets, ofRank(index + 1)));
    const others_count = count - keys.length;
    if (others_count > 0) series.push(seriesOf({ key: 'others', label: 'Others' }, buckets, ofRank(0)));
    return { series, others_count };
  }

  private async labelsOf(groupBy: GroupBy, keys: string[]): Promise<Map<string, string>> {
    const labels = new Map([['', NAMELESS[groupBy] ?? 'Unknown']]);
    if (groupBy === 'api_key')
      for (const [id, name] of await this.keyNames.of(keys.map((api_key_id) => ({ api_key_id })))) labels.set(id, name);
    if (groupBy === 'user') for (const [id, { email }] of await this.users.namesOf(keys)) labels.set(id, email);
    return labels;
  }
}

function seriesOf(name: Pick<SeriesDto, 'key' | 'label'>, buckets: TimeBucket[], rows: SeriesRow[]): SeriesDto {
  const byPlace = new Map(rows.flatMap((row) => (row.is_total ? [] : [[row.place, sumsOf(row)] as const])));
  const points = buckets.map(({ place, start }) => ({ t: new Date(start), ...(byPlace.get(place) ?? NO_CALLS) }));
  const total = rows.find((row) => row.is_total);
  return { ...name, points, total: total ? sumsOf(total) : NO_CALLS };
}

const SUMS = Object.keys(NO_CALLS) as (keyof SeriesSumsDto)[];
export const sumsOf = (row: SeriesRow): SeriesSumsDto =>
  Object.assign({ ...NO_CALLS }, ...SUMS.map((sum) => ({ [sum]: row[sum] })));

/** @throws VALIDATION_ERROR */
function refuseTooMuch(range: Range, size: SeriesQuestion['size'], isFromRows: boolean): void {
  if (isTooFine(range, size)) {
    const way = size === 'hour' ? 'ask for bucket=day, or for fewer days' : 'ask for fewer days';
    refuseQuery('bucket', `The time asked for has more than ${POINTS_MAX} ${size}s: ${way}`);
  }
  if (isFromRows && range.to - range.from > ROWS_DAYS_MAX * DAY_MS)
    refuseQuery('group_by', `By outcome or client, everybody's calls can be had for at most ${ROWS_DAYS_MAX} days at a time`);
}

/**
 * The time that is asked for, until now unless it says so. @param startOf where it begins that ends then, unless it says so
 * @throws VALIDATION_ERROR when it is reversed or empty
 */
export function rangeOf({ from, to }: Pick<SeriesQuery, 'from' | 'to'>, now: number, startOf: (end: number) => number): Range {
  const end = to === undefined ? now : clamped(to);
  const start = from === undefined ? startOf(end) : clamped(from);
  if (start >= end) refuseQuery('to', 'to must be later than from');
  return { from: start, to: end };
}

/** Within what ClickHouse can hold. */
function clamped(instant: string): number {
  const { from, to } = periodOfDays();
  return Math.min(Math.max(Date.parse(instant), Date.parse(`${from}Z`)), Date.parse(`${to}Z`));
}
