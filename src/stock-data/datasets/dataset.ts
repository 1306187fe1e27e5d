/** Types a dataset's column can have, as ClickHouse spells them. */
export type ColumnType = 'String' | 'LowCardinality(String)' | 'Date32' | 'Float64' | 'Nullable(Float64)' | 'UInt64' | 'Bool';

/** A value of a row, as stored and as answered; days are YYYY-MM-DD. */
export type Cell = string | number | boolean | null;

export type Row = Record<string, Cell>;

export interface Column {
  name: string;
  type: ColumnType;
  /** E.g. `shares`; absent for names, days and flags. */
  unit?: string;
  description: string;
  /**
   * The value an import uses when the file has no such column; nullable columns get null. Absent: the file must have
   * it.
   */
  otherwise?: Cell | { sameAs: string };
  /** An import rejects numbers that are not above this. */
  above?: number;
}

/** One table of market data, described once for queries, imports, tools and people (docs/datasets.md). */
export interface Dataset {
  /** Name of the dataset and of its ClickHouse table. */
  table: string;
  title: string;
  /** Says what a row is. */
  description: string;
  /** The origin of the rows, and how they were processed. */
  source: string;
  columns: readonly Column[];
  /** Identifies a row: a later import of the same key replaces it. Also the order on disk. */
  sortingKey: readonly string[];
  symbolColumn?: string;
  dateColumn?: string;
  /** Returns what is wrong with a row whose single values are valid; undefined when nothing is. */
  check?: (row: Row) => string | undefined;
}

/** Most characters of a symbol, exchange code and the like, stored or asked for. */
export const SYMBOL_MAX_LENGTH = 32;

export const SYMBOL_COLUMN: Column = {
  name: 'symbol',
  type: 'LowCardinality(String)',
  description: 'Ticker symbol, as search_symbols finds it',
};

/** Generated rows are marked in every dataset, so that nobody mistakes them for market data. */
export const IS_SYNTHETIC_COLUMN: Column = {
  name: 'is_synthetic',
  type: 'Bool',
  description: 'True for generated data, which is not market data',
  otherwise: false,
};

/**
 * The dataset's columns of these names, in the dataset's order; all of them when no names are given. Column names get
 * into SQL only through this.
 * @throws Error for a name that the descriptor does not have
 */
export function columnsOf(dataset: Dataset, names?: readonly string[]): readonly Column[] {
  if (!names) return dataset.columns;
  const unknown = names.filter((name) => !dataset.columns.some((column) => column.name === name));
  if (unknown.length > 0) throw new Error(`${dataset.table} has no column ${unknown.join(', ')}`);
  return dataset.columns.filter((column) => names.includes(column.name));
}

export const isNullable = ({ type }: Column): boolean => type.startsWith('Nullable(');
