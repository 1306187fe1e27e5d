import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/clock.js';
import { loggerFor } from '../../../common/log-contexts.js';
import { DAY_MS } from '../../../common/utc-day.js';
import { DirtyHoursRepository } from '../../delivery/dirty-hours.repository.js';
import { UsageOutboxRepository } from '../../recording/usage-outbox.repository.js';
import { monthOf, periodBetween } from '../usage-days.js';
import { unavailableWhenAway } from '../usage-queries.service.js';
import type { Range } from './time-buckets.js';
import type { SeriesQuery, SeriesSumsDto } from './usage-series.dto.js';
import { UsageSeriesRepository, type ClientSums } from './usage-series.repository.js';
import { NO_CALLS, rangeOf, ROWS_DAYS_MAX, sumsOf } from './usage-series.service.js';

export type { ClientSums };

/** What everybody's calls of a time add up to. */
@Injectable()
export class UsagePeriods {
  private readonly logger = loggerFor('Usage');

  constructor(
    private readonly repository: UsageSeriesRepository,
    private readonly dirtyHours: DirtyHoursRepository,
    private readonly outbox: UsageOutboxRepository,
    private readonly clock: Clock,
  ) {}

  /** The time asked for; where it says nothing, this calendar month in UTC until now. @throws VALIDATION_ERROR when it is reversed */
  rangeOf(query: Pick<SeriesQuery, 'from' | 'to'>): Range {
    return rangeOf(query, this.clock.now(), (end) => Date.parse(`${monthOf(end - 1).from}Z`));
  }

  /** @throws UNAVAILABLE when ClickHouse is away */
  totals(range: Range): Promise<SeriesSumsDto> {
    const filter = periodBetween(range);
    return unavailableWhenAway(async () => {
      const rawHours = await this.dirtyHours.notRolledUp(filter);
      const rows = await this.repository.sums({ filter, groupBy: 'none', size: 'day', zone: 'UTC', rawHours }, ['']);
      const total = rows.find((row) => row.is_total);
      return total ? sumsOf(total) : NO_CALLS;
    });
  }

  /** Most called first; null for more days, or more calls, than can be read one by one. */
  async topClients(range: Range, most: number): Promise<ClientSums[] | null> {
    if (range.to - range.from > ROWS_DAYS_MAX * DAY_MS) return null;
    return this.repository.topClients(periodBetween(range), most).catch((error: Error) => {
      this.logger.warn(`Who calls most is not known: ${error.message}`);
      return null;
    });
  }

  /** Until when everything that was recorded is counted. @throws UNAVAILABLE */
  freshUntil(): Promise<Date> {
    return unavailableWhenAway(() => this.outbox.deliveredUntil());
  }
}
