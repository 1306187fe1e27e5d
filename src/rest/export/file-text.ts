import { stringify } from 'csv-stringify/sync';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileFormat } from './export-format.js';
import type { Table } from './table.js';

/** Rows written in one go, some milliseconds of work: calls come in between. */
const ROWS_AT_ONCE = 200;

/**
 * RFC 4180. A text that a spreadsheet would take for a formula begins with `'`, and one that it might split stands in quotes: where commas
 * are decimal signs it splits at semicolons, and everywhere at the end of a line. Numbers stay numbers.
 */
const CSV = {
  record_delimiter: '\r\n',
  escape_formulas: true,
  quoted_match: /[;\t\r\n]/,
  cast: { boolean: String, date: (date: Date) => date.toISOString() },
} as const;

type Rows<Row extends object> = AsyncIterable<Row[]> | Iterable<Row[]>;

/** The file's text, a part at a time: with a header row in CSV, one JSON object a line in NDJSON. */
export async function* fileText<Row extends object>(
  format: FileFormat,
  columns: Table<Row>['columns'],
  pieces: Rows<Row>,
): AsyncGenerator<string> {
  if (format === 'csv') yield stringify([[...columns]], CSV);
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length; from += ROWS_AT_ONCE) {
      await nextTurn();
      yield linesOf(format, columns, piece.slice(from, from + ROWS_AT_ONCE));
    }
  }
}

function linesOf<Row extends object>(format: FileFormat, columns: Table<Row>['columns'], rows: Row[]): string {
  if (format === 'csv') return stringify(rows, { ...CSV, columns: [...columns] });
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
