/** What a cell may take; longer text is cut, so that a line stays a line. */
const CELL_MAX_CHARS = 60;

/** Rows under their headings, in columns; numbers to the right. */
export function textTable(headings: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = rows.map((row) => row.map(cell));
  const widths = headings.map((heading, column) => Math.max(heading.length, ...cells.map((row) => row[column]!.length)));
  const isNumber = headings.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const line = (row: readonly string[]) =>
    row
      .map((text, column) => (isNumber[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [headings, ...cells].map(line).join('\n');
}

/** Control characters could rewrite the terminal; what is shown here was chosen by others. */
function cell(value: unknown): string {
  const text = value === null || value === undefined ? '–' : String(value).replace(/\p{Cc}/gu, ' ');
  return text.length > CELL_MAX_CHARS ? `${text.slice(0, CELL_MAX_CHARS - 1)}…` : text;
}
