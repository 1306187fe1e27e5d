import { Injectable } from '@nestjs/common';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import type { DayRange } from './day-range.js';
import { QUERY_LIMITS } from './sql.js';

export interface ExchangeCalendar {
  exchange: string;
  /** First and last trading day known. */
  first_date: string;
  last_date: string;
  is_synthetic: boolean;
}

/** All SQL of `trade_calendar`. */
@Injectable()
export class TradeCalendarRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /** All exchanges that have a calendar. */
  exchanges(signal: AbortSignal): Promise<ExchangeCalendar[]> {
    return this.clickhouse.query(
      `SELECT exchange, toString(min(date)) AS first_date, toString(max(date)) AS last_date, max(is_synthetic) AS is_synthetic
       FROM trade_calendar FINAL GROUP BY exchange ORDER BY exchange ${QUERY_LIMITS}`,
      {},
      { signal },
    );
  }

  async days(exchange: string, { from, to }: DayRange, limit: number, signal: AbortSignal): Promise<string[]> {
    const rows = await this.clickhouse.query<{ date: string }>(
      `SELECT date FROM trade_calendar FINAL
       WHERE exchange = {exchange:String} AND date BETWEEN {from:Date32} AND {to:Date32}
       ORDER BY date LIMIT {limit:UInt32} ${QUERY_LIMITS}`,
      { exchange, from, to, limit },
      { signal },
    );
    return rows.map(({ date }) => date);
  }

  /** The last trading day on or before a day; undefined when the calendar begins later. */
  async lastUntil(exchange: string, date: string, signal: AbortSignal): Promise<string | undefined> {
    const [row] = await this.clickhouse.query<{ date: string }>(
      `SELECT date FROM trade_calendar FINAL
       WHERE exchange = {exchange:String} AND date <= {date:Date32} ORDER BY date DESC LIMIT 1 ${QUERY_LIMITS}`,
      { exchange, date },
      { signal },
    );
    return row?.date;
  }
}
