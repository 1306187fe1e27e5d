/** One record of a file. */
export interface FileRecord {
  /** Line of a CSV file, where the record ends; row of a Parquet file. From 1. */
  line: number;
  cells: readonly unknown[];
  /** Set when the record as a whole cannot be read. */
  problem?: string;
}

/** Something an import reads from: CSV, Parquet, or generated rows. */
export interface SourceFile {
  /** Names of its columns. */
  columns: readonly string[];
  /** Its records, with the values of these columns in this order. Read once. */
  records: (columns: readonly string[]) => AsyncIterable<FileRecord>;
  /** How much has been read, 0 to 1. */
  share: () => number;
  /** Lets go of the file, read to its end or not. */
  close: () => Promise<void>;
}

/** Where to get a source file, and what makes two of them the same. */
export interface ImportInput {
  /** For people and the import log: a file's name. */
  name: string;
  /** Differs whenever the content does. */
  fingerprint: () => Promise<string>;
  /** @throws INVALID_INPUT when it cannot be read as what it seems to be. */
  open: () => Promise<SourceFile>;
}
