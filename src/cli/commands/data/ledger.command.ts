import { Command, InvalidArgumentError } from 'commander';
import { resolve } from 'node:path';
import type { ArchivedMonth } from '../../../credits/archive/charges-month.js';
import type { VerifiedMonth } from '../../../credits/archive/ledger-verification.js';
import type { LocalLedger } from '../../../credits/archive/local-ledger.js';
import { action, EXIT } from '../../terminal/cli-failure.js';
import { print } from '../../terminal/output.js';
import { progressBar } from '../../terminal/progress-bar.js';
import { textTable } from '../../terminal/text-table.js';

const EXAMPLES = `
Examples:
  tallygate ledger archive --to /mnt/archive
  tallygate ledger archive --before 2026-01 --to /mnt/archive
  tallygate ledger verify --in /mnt/archive

Works on the gateway's own machine, on its data folder or GATEWAY_DATABASE_URL, whether the gateway runs or not. Months that are
archived are in the files alone, one a month, and in no backup: keep two copies. Balances and the check of all books do without them.`;

interface Options {
  json?: boolean;
}

/** `tallygate ledger`: takes old charges out of PostgreSQL into files, and checks the files. */
export function ledgerCommand(): Command {
  return new Command('ledger')
    .description('archive the charges of past months, or check the archive, on the gateway’s own machine')
    .addHelpText('afterAll', EXAMPLES)
    .addCommand(
      new Command('archive')
        .description('move the charges of past months into Parquet files')
        .requiredOption('--to <folder>', 'folder of the files; made when it is missing', folderName)
        .option('--before <month>', 'archive months before this one; all but the last 13 when absent', monthName)
        .option('--json', 'print the months as JSON')
        .action(action(archive)),
    )
    .addCommand(
      new Command('verify')
        .description('read the files of all archived months and compare them with what PostgreSQL has noted')
        .requiredOption('--in <folder>', 'folder of the files', folderName)
        .option('--json', 'print the months as JSON')
        .action(action(verify)),
    );
}

async function archive({ to, before, json }: Options & { to: string; before?: string }): Promise<void> {
  const months = await onLedger((ledger, onProgress) => ledger.archive.archive({ folder: resolve(to), before, onProgress }));
  print(json, months.map(answerOf), () =>
    months.length === 0
      ? 'There is no month to archive.'
      : `${tableOf(months, 'SHA-256', ({ sha256 }) => sha256)}\n\nKeep two copies of ${to}.`,
  );
}

async function verify({ in: folder, json }: Options & { in: string }): Promise<void> {
  const months = await onLedger((ledger, onProgress) => ledger.verification.verify(resolve(folder), onProgress));
  const answer = months.map((month) => ({ ...answerOf(month), problem: month.problem }));
  print(json, answer, () =>
    months.length === 0 ? 'Nothing is archived.' : tableOf(months, 'STATE', ({ problem }) => problem ?? 'as archived'),
  );
  if (months.some(({ problem }) => problem)) process.exitCode = EXIT.failed;
}

const answerOf = ({ month, file, sha256, charges, amount }: ArchivedMonth) => ({
  month,
  file,
  sha256,
  charges: Number(charges),
  credits: Number(amount),
});

const tableOf = <M extends ArchivedMonth | VerifiedMonth>(months: M[], head: string, last: (month: M) => string): string =>
  textTable(
    ['MONTH', 'FILE', 'CHARGES', 'CREDITS', head],
    months.map((month) => [month.month, month.file, Number(month.charges), Number(month.amount), last(month)]),
  );

async function onLedger<T>(work: (ledger: LocalLedger, onProgress: (share: number) => void) => Promise<T>): Promise<T> {
  // Only here, since they would slow every other command down.
  const { loadConfig } = await import('../../../config/load-config.js');
  const { onLocalPostgres } = await import('../../gateway/local-postgres.js');
  const { onLedgerAt } = await import('../../../credits/archive/local-ledger.js');
  const bar = progressBar(process.stderr);
  try {
    return await onLocalPostgres(loadConfig(), (url) => onLedgerAt(url, (ledger) => work(ledger, (share) => bar.update(share))));
  } finally {
    bar.stop();
  }
}

function folderName(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must name a folder.');
  return text;
}

function monthName(text: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('It must be a month, such as 2026-01.');
  return text;
}
