import { CsvError, parse } from 'csv-parse';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Transform, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TallygateError } from '../../../common/tallygate-error.js';
import type { FileRecord, SourceFile } from './source-file.js';

/** Longest line read, so that a quote that is never closed does not pull the whole file into memory. */
const LINE_MAX_CHARACTERS = 256 * 1024;

/** A comma-separated file with a header line, plain or gzip. */
export async function openCsv(path: string, { gzip }: { gzip: boolean }): Promise<SourceFile> {
  const { size } = await stat(path);
  let bytesRead = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _, done) {
      bytesRead += chunk.length;
      done(null, chunk);
    },
  });
  const lines = parsedLines(path, counter, gzip);
  const header = await firstLine(lines);
  const share = () => (size === 0 ? 1 : bytesRead / size);
  const close = async () => void (await lines.return());
  return { columns: header, records: (columns) => records(lines, header, columns), share, close };
}

interface Parsed {
  record: string[];
  info: { lines: number };
}

async function* parsedLines(path: string, counter: Transform, gzip: boolean): AsyncGenerator<Parsed, void, undefined> {
  // Lines with too many or too few fields come through, to be reported with their numbers like other invalid lines.
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LINE_MAX_CHARACTERS,
  });
  const stages: (NodeJS.ReadWriteStream | Readable)[] = [
    createReadStream(path),
    counter,
    ...(gzip ? [createGunzip()] : []),
    parser,
  ];
  pipeline(stages as [Readable, ...NodeJS.ReadWriteStream[]], () => {}); // the parser is destroyed with the error, which reaches the loop below
  try {
    for await (const parsed of parser) yield parsed as Parsed;
  } catch (error) {
    throw unreadable(error);
  }
}

async function firstLine(lines: AsyncGenerator<Parsed, void, undefined>): Promise<string[]> {
  const first = await lines.next();
  if (first.done) throw new TallygateError('INVALID_INPUT', 'The file is empty; its first line must name its columns.');
  const header = first.value.record.map((name) => name.trim());
  const repeated = header.filter((name, index) => header.indexOf(name) !== index);
  if (repeated.length > 0)
    throw new TallygateError('INVALID_INPUT', `The file has several columns named ${repeated.join(', ')}.`);
  return header;
}

async function* records(
  lines: AsyncGenerator<Parsed, void, undefined>,
  header: readonly string[],
  columns: readonly string[],
): AsyncGenerator<FileRecord> {
  const indexes = columns.map((name) => header.indexOf(name));
  for await (const { record, info } of lines) {
    const cells = indexes.map((index) => record[index]);
    const ragged = record.length === header.length ? undefined : `has ${record.length} fields instead of ${header.length}`;
    yield { line: info.lines, cells, ...(ragged && { problem: ragged }) };
  }
}

function unreadable(error: unknown): unknown {
  const { message, code } = error as { message: string; code?: string };
  if (error instanceof CsvError) return new TallygateError('INVALID_INPUT', `The file is not CSV: ${message}.`, { cause: error });
  if (code?.startsWith('Z_'))
    return new TallygateError('INVALID_INPUT', `The gzip file is damaged: ${message}.`, { cause: error });
  return error;
}
