import { Command, InvalidArgumentError } from 'commander';
import type { ImportReport } from '../../stock-data/import/import-report.js';
import { UNIVERSE_DAYS_MIN } from '../../stock-data/bounds.js';
import { UNIVERSE_DEFAULTS } from '../../stock-data/sample/synthetic-universe.js';
import { action, CliFailure, EXIT } from '../terminal/cli-failure.js';
import { importReportText } from '../import/import-report-text.js';
import type { ImportTarget } from '../import/import-target.js';
import { progressBar } from '../terminal/progress-bar.js';
import { wholeNumber } from '../terminal/rest-command.js';

interface Options {
  map: Record<string, string>;
  set: Record<string, string>;
  skipRejected?: boolean;
  json?: boolean;
  synthetic?: boolean;
  symbols: number;
  days: number;
  seed: number;
}

const EXAMPLES = `
Examples:
  tallygate import daily_bars AAPL.csv --set symbol=AAPL --map date=Date --map adj_close="Adj Close"
  tallygate import symbols symbols.parquet
  tallygate import --synthetic --symbols 500 --days 2000

A file becomes visible as a whole or not at all; importing the same file again changes nothing.
Datasets and their columns: docs/datasets.md, or the tools list_datasets and describe_dataset.`;

/** `tallygate import`: imports market data from a file, or generates it. Exit code 1 when nothing was imported. */
export function importCommand(): Command {
  return new Command('import')
    .description('load a CSV (plain or gzip) or Parquet file into a dataset, or generate a synthetic market')
    .argument('[dataset]', 'dataset to load, e.g. daily_bars')
    .argument('[file]', 'file to load')
    .option('--map <column=name>', "a dataset's column and the file's name for it, where they differ; may be repeated", pair, {})
    .option('--set <column=value>', 'a value for every row; may be repeated', pair, {})
    .option('--skip-rejected', 'import the valid lines of a file that has invalid ones')
    .option('--synthetic', 'generate a synthetic market instead of loading a file; its symbols are marked as synthetic')
    .option('--symbols <n>', 'companies of the synthetic market', wholeNumber, UNIVERSE_DEFAULTS.symbols)
    .option(
      '--days <n>',
      `trading days of the synthetic market, at least ${UNIVERSE_DAYS_MIN}, one quarter`,
      wholeNumber,
      UNIVERSE_DEFAULTS.days,
    )
    .option('--seed <n>', 'the same seed makes the same market', wholeNumber, UNIVERSE_DEFAULTS.seed)
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(action(run));
}

async function run(dataset: string | undefined, file: string | undefined, options: Options): Promise<void> {
  if (options.synthetic ? dataset : !dataset || !file) {
    throw new CliFailure('Give a dataset and a file, or --synthetic. `tallygate import --help` shows examples.', EXIT.usage);
  }
  try {
    const reports = await load((target, onProgress) =>
      options.synthetic
        ? target.generate({ symbols: options.symbols, days: options.days, seed: options.seed }, onProgress)
        : target.import(dataset!, file!, { ...options, onProgress }).then((report) => [report]),
    );
    process.stdout.write(options.json ? `${JSON.stringify(reports)}\n` : `${reports.map(importReportText).join('\n')}\n`);
    if (reports.some(({ status }) => status === 'rejected')) process.exitCode = EXIT.failed;
  } catch (error) {
    const { stopOwnedEngines } = await import('../../database/postgres-engine.js');
    await stopOwnedEngines();
    throw error;
  }
}

type Work = (target: ImportTarget, onProgress: (share: number) => void) => Promise<ImportReport[]>;

async function load(work: Work): Promise<ImportReport[]> {
  // Only here, since engines and framework would slow every other command down.
  const { loadConfig } = await import('../../config/load-config.js');
  const { openImportTarget } = await import('../import/open-import-target.js');
  const target = await openImportTarget(loadConfig());
  const bar = progressBar(process.stderr);
  try {
    return await work(target, (share) => bar.update(share));
  } finally {
    bar.stop();
    await target.close();
  }
}

function pair(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must look like date=Date.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
