import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TallygateError } from '../../../common/tallygate-error.js';
import { openCsv } from './csv-file.js';
import { openParquet } from './parquet-file.js';
import type { ImportInput, SourceFile } from './source-file.js';

const MAGIC_BYTES = 4;

/** A file on this machine. Its type is detected from its first bytes, never from its name. */
export function fileInput(path: string, name = basename(path)): ImportInput {
  return { name, fingerprint: () => sha256(path), open: () => openFile(path) };
}

/** In bytes. @throws INVALID_INPUT when there is no such file. */
export async function fileSize(path: string): Promise<number> {
  return (await stat(path).catch(cannotRead)).size;
}

async function openFile(path: string): Promise<SourceFile> {
  const magic = await firstBytes(path);
  if (magic.toString('latin1') === 'PAR1') return openParquet(path);
  return openCsv(path, { gzip: magic[0] === 0x1f && magic[1] === 0x8b });
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path).catch(cannotRead);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash).catch(cannotRead);
  return hash.digest('hex');
}

function cannotRead(error: unknown): never {
  throw new TallygateError('INVALID_INPUT', `The file cannot be read: ${(error as Error).message}.`, { cause: error });
}
