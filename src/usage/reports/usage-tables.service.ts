import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { piecesOf, type Table } from '../../rest/export/table.js';
import { DirtyHoursRepository } from '../delivery/dirty-hours.repository.js';
import type { CallPlace } from './call-cursor.js';
import type { CallFilterQuery } from './call-filter.dto.js';
import { KeyNames } from './key-names.repository.js';
import { UsageCountsRepository, type DayToolCounts } from './usage-counts.repository.js';
import { lastDays } from './usage-days.js';
import {
  ANY_CALL_COLUMNS,
  RECORD_COLUMNS,
  UsageRecordDto,
  type AnyCallDto,
  type UsageHistoryQuery,
} from './usage-history.dto.js';
import { UsageLogRepository, type AnyRow, type UsageRow } from './usage-log.repository.js';
import { callsFilter, historyFilter, statsFilter, unavailableWhenAway, UsageQueries } from './usage-queries.service.js';
import { DAY_TOOL_COLUMNS, type UsageStatsQuery } from './usage-stats.dto.js';

/** Calls in a piece, some 1 MB. */
const PIECE_CALLS = 2_000;
/** Days in a piece: as many rows as days times tools. */
const PIECE_DAYS = 30;

/** Calls and statistics as tables, whole. Reading a piece throws UNAVAILABLE when ClickHouse is away. */
@Injectable()
export class UsageTables {
  constructor(
    private readonly log: UsageLogRepository,
    private readonly counts: UsageCountsRepository,
    private readonly dirtyHours: DirtyHoursRepository,
    private readonly keyNames: KeyNames,
    private readonly queries: UsageQueries,
    private readonly clock: Clock,
  ) {}

  /** Every matching call, newest first. @throws VALIDATION_ERROR when the days are reversed. */
  history(userId: string, query: UsageHistoryQuery): Table<UsageRecordDto> {
    const filter = historyFilter(userId, query);
    const pieces = (gone: AbortSignal) =>
      recordPieces(
        (last: UsageRow | undefined) => this.log.findOlder(filter, last, PIECE_CALLS, gone),
        (rows) => this.named(rows),
      );
    return { name: 'usage', columns: RECORD_COLUMNS, pieces };
  }

  /**
   * Every matching call of a user, or of everybody in the last days (`usage.keep_recent_days`), newest first, with whose it is.
   * @throws VALIDATION_ERROR when instants are reversed
   */
  calls(userId: string | undefined, query: CallFilterQuery): Table<AnyCallDto> {
    const filter = callsFilter(userId, query);
    const pieces = (gone: AbortSignal) =>
      recordPieces(
        (last: AnyRow | undefined) => this.log.findOlderOfAny(filter, last, PIECE_CALLS, gone),
        (rows) => this.queries.named(rows),
      );
    return { name: 'calls', columns: ANY_CALL_COLUMNS, pieces };
  }

  /** Calls by day and tool, oldest day first; days without calls have no row. */
  stats(userId: string, { days, api_key_id }: UsageStatsQuery): Table<DayToolCounts> {
    const dates = lastDays(days, this.clock.now());
    const pieces = (gone: AbortSignal) => this.statsPieces(userId, dates, api_key_id, gone);
    return { name: 'usage-by-day', columns: DAY_TOOL_COLUMNS, pieces };
  }

  private async named(rows: UsageRow[]): Promise<UsageRecordDto[]> {
    const names = await this.keyNames.of(rows);
    return rows.map((row) => UsageRecordDto.of(row, names.get(row.api_key_id)));
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

/** Repeated deliveries of a call are neighbours: each call is there once. */
async function* recordPieces<Row extends CallPlace, Shown>(
  read: (last: Row | undefined) => Promise<Row[]>,
  named: (rows: Row[]) => Promise<Shown[]>,
): AsyncGenerator<Shown[]> {
  for await (const piece of piecesOf<Row>(PIECE_CALLS, (last) => unavailableWhenAway(() => read(last)))) {
    const rows = piece.filter((row, index) => row.id !== piece[index - 1]?.id);
    yield await unavailableWhenAway(() => named(rows));
  }
}
