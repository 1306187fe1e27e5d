import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { TallygateError } from '../../../common/tallygate-error.js';
import type { FileRecord, SourceFile } from './source-file.js';

/** Row groups are read one at a time and as a whole, so the largest decides how much memory an import takes. */
const GROUP_BYTES_MAX = 512 * 1024 * 1024;
const GROUP_ROWS_MAX = 2_000_000;

/** A Parquet file with flat columns, of any of the common compressions. */
export async function openParquet(path: string): Promise<SourceFile> {
  const file = await asyncBufferFromFile(path);
  const metadata = await readable(() => parquetMetadataAsync(file));
  checkGroups(metadata);
  const columns = parquetSchema(metadata)
    .children.filter(({ children }) => children.length === 0)
    .map(({ element }) => element.name);
  const progress = { rows: 0 };
  const total = Number(metadata.num_rows);
  return {
    columns,
    records: (names) => records(file, metadata, names, progress),
    share: () => (total === 0 ? 1 : progress.rows / total),
    close: () => Promise.resolve(), // every read opens and closes the file
  };
}

async function* records(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly string[],
  progress: { rows: number },
): AsyncGenerator<FileRecord> {
  for (const { num_rows } of metadata.row_groups) {
    const range = { rowStart: progress.rows, rowEnd: progress.rows + Number(num_rows) };
    const rows = await readable(() => parquetReadObjects({ file, metadata, compressors, columns: [...columns], ...range }));
    for (const row of rows) yield { line: ++progress.rows, cells: columns.map((name) => row[name] as unknown) };
  }
}

function checkGroups({ row_groups: groups }: FileMetaData): void {
  const tooLarge = groups.some(({ num_rows, total_byte_size }) => num_rows > GROUP_ROWS_MAX || total_byte_size > GROUP_BYTES_MAX);
  if (!tooLarge) return;
  throw new TallygateError(
    'INVALID_INPUT',
    `The Parquet file has row groups above ${GROUP_ROWS_MAX} rows or ${GROUP_BYTES_MAX / 1024 ** 2} MiB; write it with smaller ones (about 100 000 rows).`,
  );
}

async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new TallygateError('INVALID_INPUT', `The Parquet file cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}
