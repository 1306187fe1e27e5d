/** Lines one import can tell apart; its number stands above them in `import_version`. */
const LINES_MAX = 2 ** 32;

/** Rows one import may bring; a bound against a file that never ends, well inside `LINES_MAX`. */
export const IMPORT_ROWS_MAX = 500_000_000;

/** What a row is stored with: of two rows of one key the later import wins, and in one import the later line. */
export const rowVersion = (importVersion: number, line: number): number => importVersion * LINES_MAX + (line % LINES_MAX);

/** First and last `import_version` of an import's rows. */
export const versionOfRows = (importVersion: number): [number, number] => [
  importVersion * LINES_MAX,
  importVersion * LINES_MAX + LINES_MAX - 1,
];
