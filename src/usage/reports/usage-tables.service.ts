import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { piecesOf, type Table } from '../../rest/export/table.js';
import { DirtyHoursRepository } from '../delivery/dirty-hours.repository.js';
import { KeyNames } from './key-names.repository.js';
import { UsageCountsRepository, type DayToolCounts } from './usage-counts.repository.js';
import { lastDays } from './usage-days.js';
import { RECORD_COLUMNS, UsageRecordDto, type UsageHistoryQuery } from './usage-history.dto.js';
import type { UsageFilter } from './usage-filter.js';
import { UsageLogRepository, type UsageRow } from './usage-log.repository.js';
import { historyFilter, statsFilter, unavailableWhenAway } from './usage-queries.service.js';
import { DAY_TOOL_COLUMNS, type UsageStatsQuery } from './usage-stats.dto.js';

/** Calls in a piece, some 1 MB. */
const PIECE_CALLS = 2_000;
/** Days in a piece: as many rows as days times tools. */
const PIECE_DAYS = 30;

/** A user's calls and statistics as tables, whole. Reading a piece throws UNAVAILABLE when ClickHouse is away. */
@Injectable()
export class UsageTables {
  constructor(
    private readonly log: UsageLogRepository,
    private readonly counts: UsageCountsRepository,
    private readonly dirtyHours: DirtyHoursRepository,
    private readonly keyNames: KeyNames,
    private readonly clock: Clock,
  ) {}

  /** Every matching call, newest first. @throws VALIDATION_ERROR when the days are reversed. */
  history(userId: string, query: UsageHistoryQuery): Table<UsageRecordDto> {
    const filter = historyFilter(userId, query);
    return { name: 'usage', columns: RECORD_COLUMNS, pieces: (gone) => this.recordPieces(filter, gone) };
  }

  /** Calls by day and tool, oldest day first; days without calls have no row. */
  stats(userId: string, { days, api_key_id }: UsageStatsQuery): Table<DayToolCounts> {
    const dates = lastDays(days, this.clock.now());
    const pieces = (gone: AbortSignal) => this.statsPieces(userId, dates, api_key_id, gone);
    return { name: 'usage-by-day', columns: DAY_TOOL_COLUMNS, pieces };
  }

  private async *recordPieces(filter: UsageFilter, gone: AbortSignal): AsyncGenerator<UsageRecordDto[]> {
    const read = (last: UsageRow | undefined) => unavailableWhenAway(() => this.log.findOlder(filter, last, PIECE_CALLS, gone));
    for await (const piece of piecesOf<UsageRow>(PIECE_CALLS, read)) {
      const rows = piece.filter((row, index) => row.id !== piece[index - 1]?.id);
      const names = await unavailableWhenAway(() => this.keyNames.of(rows));
      yield rows.map((row) => UsageRecordDto.of(row, names.get(row.api_key_id)));
    }
  }

  private async *statsPieces(userId: string, dates: string[], apiKeyId: string | undefined, gone: AbortSignal) {
    for (let first = 0; first < dates.length; first += PIECE_DAYS) {
      const filter = statsFilter(userId, dates.slice(first, first + PIECE_DAYS), apiKeyId);
      yield await unavailableWhenAway(async () => {
        const dirty = await this.dirtyHours.notRolledUp(filter);
        return this.counts.countByDayAndTool(filter, dirty, gone);
      });
    }
  }
}
