import { Injectable } from '@nestjs/common';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import type { Row } from '../datasets/dataset.js';
import { DAILY_BARS } from '../datasets/daily-bars.dataset.js';
import type { DayRange } from './day-range.js';
import type { DailyClose } from './returns.js';
import { QUERY_LIMITS, selectList } from './sql.js';

export interface BarsQuery extends DayRange {
  symbol: string;
  /** Columns to return beside the date; see `columnsOf`. */
  fields: readonly string[];
  /** Scale open, high, low and close by adj_close / close. */
  adjusted: boolean;
  newestFirst: boolean;
  limit: number;
}

/** Prices as they would be without later splits and dividends. `close` itself becomes `adj_close`. */
const ADJUSTED: Record<string, string> = {
  open: 'open * adj_close / close',
  high: 'high * adj_close / close',
  low: 'low * adj_close / close',
  close: 'adj_close',
};

/** All SQL of `daily_bars`. */
@Injectable()
export class DailyBarsRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /** Bars of one symbol, each with `is_synthetic` beside the requested fields. */
  range({ fields, adjusted, newestFirst, ...params }: BarsQuery, signal: AbortSignal): Promise<Row[]> {
    const columns = selectList(DAILY_BARS, ['date', ...fields, 'is_synthetic'], adjusted ? ADJUSTED : {});
    return this.clickhouse.query(
      `SELECT ${columns} FROM daily_bars FINAL
       WHERE symbol = {symbol:String} AND date BETWEEN {from:Date32} AND {to:Date32}
       ORDER BY date ${newestFirst ? 'DESC' : 'ASC'} LIMIT {limit:UInt32} ${QUERY_LIMITS}, prefer_column_name_to_alias = 1`,
      params,
      { signal },
    );
  }

  /** The newest bar of each symbol on or before the day. */
  latest(symbols: readonly string[], asOf: string, signal: AbortSignal): Promise<Row[]> {
    return this.clickhouse.query(
      `SELECT ${selectList(DAILY_BARS)} FROM daily_bars FINAL
       WHERE symbol IN {symbols:Array(String)} AND date <= {asOf:Date32}
       ORDER BY symbol, date DESC LIMIT 1 BY symbol ${QUERY_LIMITS}`,
      { symbols, asOf },
      { signal },
    );
  }

  /** Bars of all symbols on one day, by symbol. */
  onDay(date: string, afterSymbol: string, limit: number, signal: AbortSignal): Promise<Row[]> {
    return this.clickhouse.query(
      `SELECT ${selectList(DAILY_BARS)} FROM daily_bars FINAL
       WHERE date = {date:Date32} AND symbol > {afterSymbol:String} ORDER BY symbol LIMIT {limit:UInt32} ${QUERY_LIMITS}`,
      { date, afterSymbol, limit },
      { signal },
    );
  }

  /** Adjusted closes of a range, oldest first. */
  closes(
    symbol: string,
    range: DayRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<(DailyClose & { is_synthetic: boolean })[]> {
    return this.clickhouse.query(
      `SELECT date, adj_close, is_synthetic FROM daily_bars FINAL
       WHERE symbol = {symbol:String} AND date BETWEEN {from:Date32} AND {to:Date32}
       ORDER BY date LIMIT {limit:UInt32} ${QUERY_LIMITS}`,
      { symbol, ...range, limit },
      { signal },
    );
  }

  /** The last adjusted close before a day; undefined when there is none. */
  async closeBefore(symbol: string, date: string, signal: AbortSignal): Promise<number | undefined> {
    const [row] = await this.clickhouse.query<{ adj_close: number }>(
      `SELECT adj_close FROM daily_bars FINAL
       WHERE symbol = {symbol:String} AND date < {date:Date32} ORDER BY date DESC LIMIT 1 ${QUERY_LIMITS}`,
      { symbol, date },
      { signal },
    );
    return row?.adj_close;
  }
}
