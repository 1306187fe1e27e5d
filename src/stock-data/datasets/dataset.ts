/** Types a dataset's column can have, as ClickHouse spells them. */
export type ColumnType = 'String' | 'LowCardinality(String)' | 'Date32' | 'Float64' | 'Nullable(Float64)' | 'UInt64' | 'Bool';

/** A value of a row as it is stored and answered; days are YYYY-MM-DD. */
export type Cell = string | number | boolean | null;

export type Row = Record<string, Cell>;

export interface Column {
  name: string;
  type: ColumnType;
  /** E.g. `shares`; absent for names, days and flags. */
  unit?: string;
  description: string;
  /** What an import takes when the file has no such column; nullable columns take null. Absent: the file must have it. */
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
  /** Where the rows come from and what was done to them. */
  source: string;
  columns: readonly Column[];
  /** Identifies a row: a later import with the same key replaces it. Also the order on disk. */
  sortingKey: readonly string[];
  symbolColumn?: string;
  dateColumn?: string;
  /** Says what is wrong with a row whose values are fine one by one; undefined when nothing is. */
  check?: (row: Row) => string | undefined;
}

/** Longest symbol, exchange code and the like that is stored or asked for, in characters. */
export const SYMBOL_MAX_LENGTH = 32;

export const SYMBOL_COLUMN: Column = {
  name: 'symbol',
  type: 'LowCardinality(String)',
  description: 'Ticker symbol, as search_symbols finds it',
};

/** Made-up rows say so in every dataset, so that nobody can take them for market data. */
export const IS_SYNTHETIC_COLUMN: Column = {
  name: 'is_synthetic',
  type: 'Bool',
  description: 'True for generated data, which is not market data',
  otherwise: false,
};

/**
 * A dataset's columns of these names, in its own order; all of them when no names are given.
 * The only way a column name gets into SQL.
 * @throws Error for a name the descriptor does not have.
 */
export function columnsOf(dataset: Dataset, names?: readonly string[]): readonly Column[] {
  if (!names) return dataset.columns;
  const unknown = names.filter((name) => !dataset.columns.some((column) => column.name === name));
  if (unknown.length > 0) throw new Error(`${dataset.table} has no column ${unknown.join(', ')}`);
  return dataset.columns.filter((column) => names.includes(column.name));
}

export const isNullable = ({ type }: Column): boolean => type.startsWith('Nullable(');
