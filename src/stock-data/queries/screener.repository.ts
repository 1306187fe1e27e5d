import { Injectable } from '@nestjs/common';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import type { Row } from '../datasets/dataset.js';
import { QUERY_LIMITS } from './sql.js';
import { SYMBOL_CONDITIONS, symbolParams, type SymbolFilter } from './symbols.repository.js';

/** Bars read per symbol: the newest and the 252 before it, a year of trading. */
const WINDOW_BARS = 253;

/**
 * The metrics that a screen can filter and sort by, with their computation. `c` are a symbol's adjusted closes,
 * newest first; a metric is null when there are too few bars for it, and null passes no filter.
 */
export const METRICS = {
  close: { sql: 'last_close', text: 'close of the newest bar, as traded' },
  volume: { sql: 'last_volume', text: 'volume of the newest bar' },
  return_1m: { sql: 'if(length(c) > 21, c[1] / c[22] - 1, NULL)', text: 'adjusted return over 21 bars' },
  return_1y: { sql: 'if(length(c) > 252, c[1] / c[253] - 1, NULL)', text: 'adjusted return over 252 bars' },
  volatility_1y: {
    sql: `if(length(c) > 252, sqrt(252) * arrayReduce('stddevSamp', arrayMap((x, y) -> log(x / y), arrayPopBack(c), arrayPopFront(c))), NULL)`,
    text: 'annualised standard deviation of the log returns of 252 bars',
  },
  below_high_1y: {
    sql: 'if(length(c) > 252, c[1] / arrayMax(c) - 1, NULL)',
    text: 'adjusted close over its highest of 253 bars, less 1 (zero or negative)',
  },
  market_cap: { sql: 'cap', text: 'market capitalisation of the newest valuation' },
  pe_ratio: { sql: 'pe', text: 'price over earnings of the newest valuation' },
  pb_ratio: { sql: 'pb', text: 'price over book value of the newest valuation' },
  dividend_yield: { sql: 'yield', text: 'dividend yield of the newest valuation, 0.02 is two percent' },
} as const;

export type Metric = keyof typeof METRICS;

export const VALUATION_METRICS: readonly Metric[] = ['market_cap', 'pe_ratio', 'pb_ratio', 'dividend_yield'];

export interface MetricFilter {
  metric: Metric;
  min?: number;
  max?: number;
}

export interface Screen extends SymbolFilter {
  asOf: string;
  filters: readonly MetricFilter[];
  sortBy: Metric;
  descending: boolean;
  limit: number;
  offset: number;
}

/** One statement over `symbols`, `daily_bars` and `daily_valuation`. */
@Injectable()
export class ScreenerRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /** Symbols with bars that pass every filter; ties are in order of symbol. */
  screen({ asOf, filters, sortBy, descending, limit, offset, ...symbols }: Screen, signal: AbortSignal): Promise<Row[]> {
    const metrics = Object.entries(METRICS).map(([name, { sql }]) => `${sql} AS ${name}`);
    return this.clickhouse.query(
      `SELECT symbol, name, sector, as_of, ${metrics.join(', ')}, is_synthetic
       FROM (${BARS}) AS bars INNER JOIN (${INSTRUMENTS}) AS instruments USING (symbol) LEFT JOIN (${VALUATIONS}) AS valuations USING (symbol)
       WHERE ${['1', ...filters.map(condition)].join(' AND ')}
       ORDER BY ${known(sortBy)} ${descending ? 'DESC' : 'ASC'} NULLS LAST, symbol LIMIT {limit:UInt32} OFFSET {offset:UInt32}
       ${QUERY_LIMITS}, join_use_nulls = 1`,
      { asOf, limit, offset, ...symbolParams(symbols), ...bounds(filters) },
      { signal },
    );
  }
}

const INSTRUMENTS = `SELECT symbol, name, sector, is_synthetic FROM symbols FINAL WHERE ${SYMBOL_CONDITIONS}`;

// Aggregates do not keep the order of their input, hence the sorting by date.
const BARS = `SELECT symbol, max(date) AS as_of, arrayMap(bar -> bar.2, arrayReverseSort(groupArray((date, adj_close)))) AS c,
    argMax(close, date) AS last_close, argMax(volume, date) AS last_volume
  FROM (SELECT symbol, date, close, adj_close, volume FROM daily_bars FINAL
    WHERE date <= {asOf:Date32} AND symbol IN (SELECT symbol FROM (${INSTRUMENTS}))
    ORDER BY symbol, date DESC LIMIT ${WINDOW_BARS} BY symbol)
  GROUP BY symbol`;

const VALUATIONS = `SELECT symbol, market_cap AS cap, pe_ratio AS pe, pb_ratio AS pb, dividend_yield AS yield FROM daily_valuation FINAL
  WHERE date <= {asOf:Date32} ORDER BY symbol, date DESC LIMIT 1 BY symbol`;

const condition = ({ metric, min, max }: MetricFilter, index: number): string =>
  [
    min === undefined ? `isNotNull(${known(metric)})` : `${known(metric)} >= {min${index}:Float64}`,
    max === undefined ? '1' : `${known(metric)} <= {max${index}:Float64}`,
  ].join(' AND ');

/** The schema accepts no other metric; this protects callers that bypass the schema. */
function known(metric: Metric): Metric {
  if (!Object.hasOwn(METRICS, metric)) throw new Error(`Unknown metric ${String(metric)}`);
  return metric;
}

function bounds(filters: readonly MetricFilter[]): Record<string, number> {
  const entries = filters.flatMap(({ min, max }, index) => [
    ...(min === undefined ? [] : [[`min${index}`, min] as const]),
    ...(max === undefined ? [] : [[`max${index}`, max] as const]),
  ]);
  return Object.fromEntries(entries);
}
