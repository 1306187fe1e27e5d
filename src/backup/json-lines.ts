import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** Writes lines to a new file that only its owner may read; compressed when its name ends in `.gz`. */
export async function writeLines(path: string, lines: AsyncIterable<string>): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const chunks = Readable.from(lines);
  await (path.endsWith('.gz') ? pipeline(chunks, createGzip(), file) : pipeline(chunks, file));
}

/**
 * Reads such a file in groups of complete lines, each about a chunk in size. Splits at line feeds only, unlike
 * `node:readline`: JSON may contain the other line separators.
 */
export async function* readLines(path: string): AsyncGenerator<string[]> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const source = path.endsWith('.gz') ? file.pipe(createGunzip({ chunkSize: 1 << 20 })) : file;
  source.setEncoding('utf8');
  let rest = '';
  for await (const chunk of source as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    if (lines.length > 0) yield lines;
  }
  if (rest) yield [rest];
}
