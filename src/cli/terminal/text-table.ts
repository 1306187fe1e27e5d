/** Widest cell in characters; longer text is cut, so that a row stays on one line. */
const CELL_MAX_CHARS = 60;

/**
 * Rows in columns under their headings, numbers aligned right. On a terminal too narrow for that, each row is a
 * paragraph with a line for each column.
 */
export function textTable(
  headings: readonly string[],
  rows: readonly (readonly unknown[])[],
  width = process.stdout.columns ?? Infinity,
): string {
  const cells = rows.map((row) => row.map(cell));
  const lines = tableLines(headings, rows, cells);
  const fits = lines.every((line) => line.length <= width);
  return fits ? lines.join('\n') : cells.map((row) => paragraph(headings, row)).join('\n\n');
}

/** `2026-11-21 16:42:32` from a time as JSON has it; for headings that say UTC. */
export const secondsOf = (time: string): string => time.slice(0, 19).replace('T', ' ');

function tableLines(headings: readonly string[], rows: readonly (readonly unknown[])[], cells: readonly string[][]): string[] {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...cells.map((row) => row[column]!.length)));
  const isNumber = headings.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const line = (row: readonly string[]) =>
    row
      .map((text, column) => (isNumber[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [headings, ...cells].map(line);
}

function paragraph(headings: readonly string[], row: readonly string[]): string {
  const width = Math.max(...headings.map(({ length }) => length));
  return headings.map((heading, column) => `${heading.padEnd(width)}  ${row[column]}`).join('\n');
}

/** Removes control characters, which could rewrite the terminal: the values come from others. */
function cell(value: unknown): string {
  const text = value === null || value === undefined || value === '' ? '–' : String(value).replace(/\p{Cc}/gu, ' ');
  return text.length > CELL_MAX_CHARS ? `${text.slice(0, CELL_MAX_CHARS - 1)}…` : text;
}
