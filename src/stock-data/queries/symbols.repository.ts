import { Injectable } from '@nestjs/common';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import type { Row } from '../datasets/dataset.js';
import { SYMBOLS } from '../datasets/symbols.dataset.js';
import { QUERY_LIMITS, selectList } from './sql.js';

/** Conditions on instruments; an absent or empty one passes everything. */
export interface SymbolFilter {
  type?: string;
  exchange?: string;
  sector?: string;
  /** Absent: both. */
  is_synthetic?: boolean;
}

export interface SymbolSearch extends SymbolFilter {
  /** Part of the symbol or the name, case-insensitive. */
  query?: string;
  limit: number;
  offset: number;
}

/** All SQL of `symbols`. */
@Injectable()
export class SymbolsRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /**
   * Best match first: the symbol itself, symbols that begin with the text, names that do, the rest; each group by
   * symbol.
   */
  search({ query = '', limit, offset, ...filter }: SymbolSearch, signal: AbortSignal): Promise<Row[]> {
    return this.clickhouse.query(
      `SELECT ${selectList(SYMBOLS)} FROM symbols FINAL
       WHERE (positionCaseInsensitiveUTF8(symbol, {query:String}) > 0 OR positionCaseInsensitiveUTF8(name, {query:String}) > 0)
         AND ${SYMBOL_CONDITIONS}
       ORDER BY lowerUTF8(symbol) = lowerUTF8({query:String}) DESC, positionCaseInsensitiveUTF8(symbol, {query:String}) = 1 DESC,
         positionCaseInsensitiveUTF8(name, {query:String}) = 1 DESC, symbol
       LIMIT {limit:UInt32} OFFSET {offset:UInt32} ${QUERY_LIMITS}`,
      { query, limit, offset, ...symbolParams(filter) },
      { signal },
    );
  }

  /** Symbols that begin with the text, case-insensitive, in alphabetical order. */
  async beginningWith(text: string, limit: number, signal: AbortSignal): Promise<string[]> {
    const rows = await this.clickhouse.query<{ symbol: string }>(
      `SELECT symbol FROM symbols FINAL WHERE startsWith(lowerUTF8(symbol), lowerUTF8({text:String}))
       ORDER BY symbol LIMIT {limit:UInt32} ${QUERY_LIMITS}`,
      { text, limit },
      { signal },
    );
    return rows.map(({ symbol }) => symbol);
  }

  find(symbols: readonly string[], signal: AbortSignal): Promise<Row[]> {
    return this.clickhouse.query(
      `SELECT ${selectList(SYMBOLS)} FROM symbols FINAL WHERE symbol IN {symbols:Array(String)} ORDER BY symbol ${QUERY_LIMITS}`,
      { symbols },
      { signal },
    );
  }
}

/** For a WHERE over `symbols`, with `symbolParams`. Sector and type are compared case-insensitively. */
export const SYMBOL_CONDITIONS = `({type:String} = '' OR lowerUTF8(type) = lowerUTF8({type:String}))
  AND ({exchange:String} = '' OR upper(exchange) = upper({exchange:String}))
  AND ({sector:String} = '' OR lowerUTF8(sector) = lowerUTF8({sector:String}))
  AND has({synthetic:Array(UInt8)}, toUInt8(is_synthetic))`;

export const symbolParams = ({ type = '', exchange = '', sector = '', is_synthetic }: SymbolFilter) => ({
  type,
  exchange,
  sector,
  synthetic: is_synthetic === undefined ? [0, 1] : [Number(is_synthetic)],
});
