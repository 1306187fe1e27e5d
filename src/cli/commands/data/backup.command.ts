import { Command } from 'commander';
import type { BackupManifest } from '../../../backup/backup-manifest.js';
import type { AppConfig } from '../../../config/app-config.js';
import { action } from '../../terminal/cli-failure.js';
import { print } from '../../terminal/output.js';

const BACKUP_EXAMPLES = `
Examples:
  tallygate backup backups/monday
  GATEWAY_DATA_DIR=/var/lib/tallygate tallygate backup /mnt/backups/monday

Stop the gateway first: the embedded databases belong to one process. The folder must not exist yet. It holds everything
the data folder does, the secret key too, and a manifest with checksums; keep it as safe as the data folder.
It does not contain gateway.yaml or the environment.`;

const RESTORE_EXAMPLES = `
Examples:
  tallygate restore backups/monday
  tallygate restore backups/monday --replace
  GATEWAY_DATA_DIR=./copy tallygate restore backups/monday

A backup of an older version may be restored: the next start migrates it.`;

interface Options {
  json?: boolean;
}

/** `tallygate backup`: writes all data of a stopped gateway into a folder. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('copy all data of a stopped gateway into a new folder')
    .argument('<folder>', 'target folder; it must not exist')
    .option('--plain', 'leave the files uncompressed, to read or compare them')
    .option('--json', 'print the manifest as JSON')
    .addHelpText('after', BACKUP_EXAMPLES)
    .action(action(backUp));
}

/** `tallygate restore`: restores a backup into the data folder of a stopped gateway. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('restore a backup into the data folder of a stopped gateway')
    .argument('<folder>', 'folder made by `tallygate backup`')
    .option('--replace', 'delete the existing data')
    .option('--json', 'print the manifest as JSON')
    .addHelpText('after', RESTORE_EXAMPLES)
    .action(action(bringBack));
}

async function backUp(folder: string, { plain = false, json }: Options & { plain?: boolean }): Promise<void> {
  const manifest = await quietly(async (config) => (await import('../../../backup/backup.js')).backUp(config, folder, { plain }));
  const secret = manifest.secret_included
    ? 'It holds the secret key: keep it as safe as the data.'
    : 'The secret key is not in it, since it comes from a setting: keep GATEWAY_SECRET_KEY too, or no API key works after a restore.';
  print(json, manifest, () => `Backed up to ${folder}: ${contents(manifest)}.\n${secret}`);
}

async function bringBack(folder: string, { replace = false, json }: Options & { replace?: boolean }): Promise<void> {
  const manifest = await quietly(async (config) =>
    (await import('../../../backup/restore.js')).restore(config, folder, { replace }),
  );
  const from = `the backup of ${manifest.created_at}, made by Tallygate ${manifest.version}`;
  print(json, manifest, () => `Restored ${from}: ${contents(manifest)}. Now start the gateway.`);
}

const contents = ({ postgres, clickhouse }: BackupManifest): string =>
  `${postgres.tables.length} tables of PostgreSQL, ${clickhouse.tables.length} of ClickHouse`;

/** Runs with the settings of the gateway on this machine. Of the log, only warnings and errors are shown. */
async function quietly<T>(work: (config: AppConfig) => Promise<T>): Promise<T> {
  // Only here, since engines and framework would slow every other command down.
  const { loadConfig } = await import('../../../config/load-config.js');
  const { quietLogger } = await import('../../terminal/quiet-logger.js');
  const { Logger } = await import('@nestjs/common');
  const config = loadConfig();
  Logger.overrideLogger(quietLogger(config));
  return work(config);
}
