/** One record of a file. */
export interface FileRecord {
  /** Line of a CSV file in which the record ends, or row of a Parquet file. From 1. */
  line: number;
  cells: readonly unknown[];
  /** Set when the record as a whole cannot be read. */
  problem?: string;
}

/** The source of an import: CSV, Parquet, or generated rows. */
export interface SourceFile {
  /** Names of its columns. */
  columns: readonly string[];
  /** Its records, with the values of these columns in this order. Can be read once. */
  records: (columns: readonly string[]) => AsyncIterable<FileRecord>;
  /** How much has been read, 0 to 1. */
  share: () => number;
  /** Closes the file, whether it was read to its end or not. */
  close: () => Promise<void>;
}

/** How to open a source file, and how to recognise the same content. */
export interface ImportInput {
  /** For people and the import log: a file's name. */
  name: string;
  /** Changes whenever the content does. */
  fingerprint: () => Promise<string>;
  /** @throws INVALID_INPUT when it cannot be read as the type it appears to be */
  open: () => Promise<SourceFile>;
}
