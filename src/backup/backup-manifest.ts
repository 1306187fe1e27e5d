import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256Of } from '../common/files/checked-file.js';

const FILE = 'manifest.json';
const FORMAT = 1;

const tableFile = z.strictObject({
  table: z.string().regex(/^\w+$/),
  /** Path within the backup, e.g. `postgres/users.jsonl.gz`. One JSON object a line. */
  file: z.string().regex(/^(postgres|clickhouse)\/\w+\.jsonl(\.gz|\.zst)?$/),
  sha256: z.string(),
});

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  /** The version that made it, for information only. Compatibility is decided by the migrations the data has seen. */
  version: z.string(),
  created_at: z.string(),
  /** Whether the backup contains the secret key; otherwise it comes from a setting, which has to be kept elsewhere. */
  secret_included: z.boolean(),
  postgres: z.strictObject({
    migrations: z.array(z.string()),
    /** The state of the sequences, as text, since a number cannot hold every bigint. */
    sequences: z.record(z.string().regex(/^\w+$/), z.string()),
    tables: z.array(tableFile),
  }),
  clickhouse: z.strictObject({ migrations: z.array(z.string()), tables: z.array(tableFile) }),
});

export type TableFile = z.infer<typeof tableFile>;

/** The content of a backup and its checksums: `manifest.json`, written last. */
export type BackupManifest = z.infer<typeof manifestSchema>;

export function writeManifest(folder: string, manifest: Omit<BackupManifest, 'format'>): void {
  writeFileSync(join(folder, FILE), `${JSON.stringify({ format: FORMAT, ...manifest }, null, 2)}\n`);
}

/** @throws Error in one line when this is not a backup, or one of a newer Tallygate */
export function readManifest(folder: string): BackupManifest {
  const file = join(folder, FILE);
  if (!existsSync(file)) throw new Error(`${folder} is not a backup: it has no ${FILE}.`);
  const parsed = manifestSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new Error(`${file} cannot be read by this version of Tallygate: ${path.join('.')}: ${message}`);
}

/** @throws Error naming the file that is missing or has changed */
export async function verifyFiles(folder: string, { postgres, clickhouse }: BackupManifest): Promise<void> {
  for (const { file, sha256 } of [...postgres.tables, ...clickhouse.tables]) {
    if (!existsSync(join(folder, file))) throw new Error(`The backup is incomplete: ${file} is missing.`);
    if ((await sha256Of(join(folder, file))) !== sha256) {
      throw new Error(`The backup is damaged: ${file} is not what was written (its checksum differs).`);
    }
  }
}
