import { Injectable } from '@nestjs/common';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import type { Dataset, Row } from '../datasets/dataset.js';
import type { DayRange } from './day-range.js';
import { QUERY_LIMITS, selectList } from './sql.js';

/** Rows of any dataset with symbols and days: monthly prices, valuations, income statements. */
@Injectable()
export class SymbolRowsRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /** Rows of one symbol in order of date. */
  range(
    dataset: Dataset,
    symbol: string,
    range: DayRange & { limit: number; offset: number },
    signal: AbortSignal,
  ): Promise<Row[]> {
    const { table, symbolColumn, dateColumn, sortingKey } = dataset;
    return this.clickhouse.query(
      `SELECT ${selectList(dataset)} FROM ${table} FINAL
       WHERE ${symbolColumn} = {symbol:String} AND ${dateColumn} BETWEEN {from:Date32} AND {to:Date32}
       ORDER BY ${sortingKey.join(', ')} LIMIT {limit:UInt32} OFFSET {offset:UInt32} ${QUERY_LIMITS}`,
      { symbol, ...range },
      { signal },
    );
  }
}
