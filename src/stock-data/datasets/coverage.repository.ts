import { Injectable } from '@nestjs/common';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import type { Dataset, Row } from './dataset.js';
import { DATASETS } from './datasets.js';
import { QUERY_LIMITS, selectList } from '../queries/sql.js';

/** The extent of a dataset. */
export interface Coverage {
  table: string;
  row_count: number;
  /** Null for a dataset without symbols. */
  symbol_count: number | null;
  /** Null for a dataset without days, or without rows. */
  first_date: string | null;
  last_date: string | null;
  /** Number of generated rows. */
  synthetic_row_count: number;
}

/** A dataset that has rows of a symbol. */
export interface SymbolPresence {
  table: string;
  is_synthetic: boolean;
}

/** Queries that every dataset answers alike, so their SQL is built from descriptors. */
@Injectable()
export class CoverageRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  of(datasets: readonly Dataset[], signal: AbortSignal): Promise<Coverage[]> {
    return this.clickhouse.query(`${datasets.map(coverage).join(' UNION ALL ')} ${QUERY_LIMITS}`, {}, { signal });
  }

  /** The datasets that have at least one row for the symbol, in the order of `DATASETS`. */
  async withSymbol(symbol: string, signal: AbortSignal): Promise<SymbolPresence[]> {
    const parts = DATASETS.filter(({ symbolColumn }) => symbolColumn).map(presence);
    const sql = `${parts.join(' UNION ALL ')} ${QUERY_LIMITS}`;
    const present = await this.clickhouse.query<SymbolPresence>(sql, { symbol }, { signal });
    // ClickHouse reads the parts at once, so their order is that of chance.
    return DATASETS.flatMap((dataset) => present.filter(({ table }) => table === dataset.table));
  }

  /** The first rows in the order of the sorting key. */
  sample(dataset: Dataset, limit: number, signal: AbortSignal): Promise<Row[]> {
    const { table, sortingKey } = dataset;
    const rows = `SELECT ${selectList(dataset)} FROM ${table} FINAL ORDER BY ${sortingKey.join(', ')} LIMIT {limit:UInt8}`;
    return this.clickhouse.query(`${rows} ${QUERY_LIMITS}`, { limit }, { signal });
  }
}

function coverage({ table, symbolColumn, dateColumn }: Dataset): string {
  const day = (aggregate: string) => (dateColumn ? `if(count() = 0, NULL, toString(${aggregate}(${dateColumn})))` : 'NULL');
  const symbols = symbolColumn ? `uniqExact(${symbolColumn})` : 'NULL';
  return `SELECT '${table}' AS table, count() AS row_count, toNullable(${symbols}) AS symbol_count,
    ${day('min')}::Nullable(String) AS first_date, ${day('max')}::Nullable(String) AS last_date,
    countIf(is_synthetic) AS synthetic_row_count FROM ${table} FINAL`;
}

function presence({ table, symbolColumn }: Dataset): string {
  return `SELECT * FROM (SELECT '${table}' AS table, is_synthetic FROM ${table} FINAL WHERE ${symbolColumn} = {symbol:String} LIMIT 1)`;
}
