/** Most lines an import can number; the import's own number is above them in `import_version`. */
const LINES_MAX = 2 ** 32;

/** Most rows of an import, well below `LINES_MAX`: a bound against a file that never ends. */
export const IMPORT_ROWS_MAX = 500_000_000;

/**
 * The version a row is stored with: of rows with the same key the later import wins, and within an import the later
 * line.
 */
export const rowVersion = (importVersion: number, line: number): number => importVersion * LINES_MAX + (line % LINES_MAX);

/** First and last `import_version` of an import's rows. */
export const versionOfRows = (importVersion: number): [number, number] => [
  importVersion * LINES_MAX,
  importVersion * LINES_MAX + LINES_MAX - 1,
];
