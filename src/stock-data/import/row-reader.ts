import { TallygateError } from '../../common/tallygate-error.js';
import { isNullable, type Cell, type Column, type Dataset, type Row } from '../datasets/dataset.js';
import { importCell, Rejection } from './import-cell.js';

/** How columns of a file map to columns of a dataset. */
export interface ColumnMapping {
  /** Dataset column → the file's column, where the names differ. */
  map?: Record<string, string>;
  /** Dataset column → the value for every row. */
  set?: Record<string, string>;
}

type ReadColumn = (cells: readonly unknown[], row: Row) => Cell | Rejection;

/** Converts a record of a file to a row of the dataset, or says why that is impossible. */
export interface RowReader {
  /** The file's columns it reads, in the order in which it expects their values. */
  fileColumns: string[];
  /** The file's columns it does not use. */
  ignoredColumns: string[];
  read: (cells: readonly unknown[]) => Row | Rejection;
}

/**
 * Plans how to read a file with these columns. Names match without regard to case, spaces and punctuation, so a
 * file's `Adj Close` is the dataset's `adj_close` without a mapping.
 * @throws INVALID_INPUT naming what is missing or unknown, and how to fix it
 */
export function rowReader(dataset: Dataset, columnsOfFile: readonly string[], mapping: ColumnMapping): RowReader {
  checkMapping(dataset, columnsOfFile, mapping);
  const found = new Map(dataset.columns.map((column) => [column, fileColumnOf(column, columnsOfFile, mapping)]));
  const fileColumns = [...new Set([...found.values()].filter((name) => name !== undefined))];
  const missing = dataset.columns.filter((column) => isMissing(column, found.get(column), mapping));
  if (missing.length > 0) throw missingColumns(missing, columnsOfFile);
  const readers = dataset.columns.map(
    (column) => [column.name, readColumn(column, found.get(column), fileColumns, mapping)] as const,
  );
  const ignoredColumns = columnsOfFile.filter((name) => !fileColumns.includes(name));
  return { fileColumns, ignoredColumns, read: (cells) => readRow(dataset, readers, cells) };
}

function readRow(dataset: Dataset, readers: (readonly [string, ReadColumn])[], cells: readonly unknown[]): Row | Rejection {
  const row: Row = {};
  for (const [name, read] of readers) {
    const cell = read(cells, row);
    if (cell instanceof Rejection) return cell;
    row[name] = cell;
  }
  const problem = dataset.check?.(row);
  return problem === undefined ? row : new Rejection(problem);
}

function readColumn(column: Column, inFile: string | undefined, fileColumns: string[], { set = {} }: ColumnMapping): ReadColumn {
  if (Object.hasOwn(set, column.name)) return constant(column, set[column.name]!);
  const { otherwise } = column;
  const sameAs = typeof otherwise === 'object' && otherwise !== null ? otherwise.sameAs : undefined;
  if (inFile === undefined) return (_, row) => (sameAs ? row[sameAs]! : ((otherwise as Cell | undefined) ?? null));
  const index = fileColumns.indexOf(inFile);
  return (cells) => importCell(column, cells[index]);
}

function constant(column: Column, text: string): ReadColumn {
  const cell = importCell(column, text);
  if (cell instanceof Rejection) throw new TallygateError('INVALID_INPUT', `--set: ${cell.reason}.`);
  return () => cell;
}

function fileColumnOf({ name }: Column, columnsOfFile: readonly string[], { map = {}, set = {} }: ColumnMapping) {
  if (Object.hasOwn(set, name)) return undefined;
  if (Object.hasOwn(map, name)) return map[name];
  return columnsOfFile.find((candidate) => normalized(candidate) === normalized(name));
}

const normalized = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

const isMissing = (column: Column, inFile: string | undefined, { set = {} }: ColumnMapping): boolean =>
  inFile === undefined && !Object.hasOwn(set, column.name) && column.otherwise === undefined && !isNullable(column);

function checkMapping(dataset: Dataset, columnsOfFile: readonly string[], { map = {}, set = {} }: ColumnMapping): void {
  const known = dataset.columns.map(({ name }) => name);
  const unknown = [...Object.keys(map), ...Object.keys(set)].filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new TallygateError(
      'INVALID_INPUT',
      `${dataset.table} has no column ${unknown.join(', ')}; its columns are: ${known.join(', ')}.`,
    );
  }
  const absent = Object.values(map).filter((name) => !columnsOfFile.includes(name));
  if (absent.length > 0) {
    throw new TallygateError(
      'INVALID_INPUT',
      `The file has no column ${absent.join(', ')}; it has: ${columnsOfFile.join(', ')}.`,
    );
  }
}

function missingColumns(missing: Column[], columnsOfFile: readonly string[]): TallygateError {
  const names = missing.map(({ name }) => name);
  return new TallygateError(
    'INVALID_INPUT',
    `The file lacks ${names.join(', ')}; it has: ${columnsOfFile.join(', ')}. ` +
      `Name the column with --map ${names[0]}=<column of the file>, or give every row the same value with --set ${names[0]}=<value>.`,
  );
}
