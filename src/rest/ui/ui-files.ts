import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** One coding of a file, as it is sent. */
export interface FileBody {
  coding?: 'br' | 'gzip';
  bytes: Buffer;
}

/** A file of the portal, held in memory in every coding that the build has made of it; the smallest first. */
export interface UiFile {
  type: string;
  /** Of its content; the same for all codings, since each is told apart by `Vary`. */
  etag: string;
  bodies: readonly FileBody[];
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const CODINGS = [
  ['.br', 'br'],
  ['.gz', 'gzip'],
] as const;

/**
 * Reads what `npm run build` made of the portal, by names as they stand in a URL below `/ui/`. Some forty files, 250 kB: they are read
 * once, and no path is ever made of what a client sends. Undefined where the portal was not built.
 */
export function readUiFiles(folder: string): ReadonlyMap<string, UiFile> | undefined {
  const names = listed(folder).filter((name) => TYPES[extname(name)]);
  if (!names.includes('index.html')) return undefined;
  return new Map(names.map((name) => [name, readFile(folder, name)]));
}

function readFile(folder: string, name: string): UiFile {
  const plain = readFileSync(join(folder, name));
  const coded = CODINGS.flatMap(([ending, coding]) => {
    const bytes = bytesOf(join(folder, name + ending));
    return bytes ? [{ coding, bytes }] : [];
  });
  return { type: TYPES[extname(name)]!, etag: etagOf(plain), bodies: [...coded, { bytes: plain }] };
}

const etagOf = (bytes: Buffer) => `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;

function bytesOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true }).map((name) => String(name).replaceAll('\\', '/'));
  } catch {
    return [];
  }
}
