import { Command, InvalidArgumentError } from 'commander';
import { resolve } from 'node:path';
import type { ConfigValues } from '../../config/app-config.js';
import { action, CliFailure, EXIT } from '../terminal/cli-failure.js';
import { print } from '../terminal/output.js';
import { textTable } from '../terminal/text-table.js';

const EXAMPLES = `
Examples:
  tallygate sql "SELECT tool_name, count() AS calls FROM mcp_tool_usage_log GROUP BY tool_name ORDER BY calls DESC"
  tallygate sql "DESCRIBE TABLE mcp_tool_usage_log"
  tallygate sql --format CSVWithNames < question.sql > answer.csv

Asks the ClickHouse of the gateway on this machine: the embedded one, whether the gateway runs or not, or the server of
GATEWAY_CLICKHOUSE_URL. It can read everything there and change nothing. --format takes ClickHouse's names: CSVWithNames,
TSV, JSON, JSONEachRow, Markdown, Vertical and others.`;

/** Then the answer is printed as it comes. */
const NAMES_FORMAT = /\bFORMAT\s+\w+[\s;]*$/i;
const STATEMENT_MAX_BYTES = 1024 * 1024;

interface Options {
  format?: string;
  json?: boolean;
  maxRows: number;
  timeout: number;
}

/** `tallygate sql`: a look into the usage database. */
export function sqlCommand(): Command {
  return new Command('sql')
    .description('ask the usage database a question in SQL, read-only')
    .argument('[statement]', 'one SELECT, SHOW, DESCRIBE, EXPLAIN or EXISTS; from stdin when absent')
    .option('--format <format>', 'print the answer in this format of ClickHouse instead of as a table', formatName)
    .option('--json', 'print the rows as JSON')
    .option('--max-rows <n>', 'refuse an answer with more rows, at most 1000000', upTo(1_000_000), 10_000)
    .option('--timeout <seconds>', 'give up after this long, at most 600', upTo(600), 30)
    .addHelpText('after', EXAMPLES)
    .action(action(sql));
}

async function sql(statement: string | undefined, options: Options): Promise<void> {
  const question = statement ?? (await typed());
  if (question.trim() === '') throw new CliFailure('Give a statement. `tallygate sql --help` shows examples.', EXIT.usage);
  const format = options.format ?? (NAMES_FORMAT.test(question) ? 'TSV' : undefined);
  if (format) return void process.stdout.write(await answer(question, format, options));
  const { meta, data } = JSON.parse(await answer(question, 'JSONCompact', options)) as Answer;
  const names = meta.map(({ name }) => name);
  const objects = () => data.map((row) => Object.fromEntries(row.map((value, column) => [names[column], value])));
  print(options.json, options.json && objects(), () =>
    textTable(
      names,
      data.map((row) => row.map(cell)),
    ),
  );
}

/** ClickHouse's format JSONCompact, as far as it is used here. */
interface Answer {
  meta: { name: string }[];
  data: unknown[][];
}

async function answer(statement: string, format: string, { maxRows, timeout }: Options): Promise<string> {
  // Only here, since reading the settings and the client would slow every other command down.
  const { readConfig } = await import('../../config/load-config.js');
  const { askReadOnly, QuestionRefused } = await import('../../clickhouse/read-only-question.js');
  const settings: ConfigValues = readConfig();
  const target = { clickhouse_url: settings.clickhouse_url, data_dir: resolve(settings.data_dir) };
  try {
    return await askReadOnly(target, { sql: statement, format, maxRows, timeoutSeconds: timeout });
  } catch (error) {
    if (error instanceof QuestionRefused) throw new CliFailure(error.message);
    throw new CliFailure(`ClickHouse cannot be asked: ${(error as Error).message}`, EXIT.unreachable);
  }
}

/** What is piped in; nothing from a terminal, where nobody would know that it waits. */
async function typed(): Promise<string> {
  if (process.stdin.isTTY) return '';
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > STATEMENT_MAX_BYTES) throw new CliFailure('The statement is longer than 1 MiB.', EXIT.usage);
  }
  return text;
}

const cell = (value: unknown): unknown => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value);

function formatName(name: string): string {
  if (!/^[A-Za-z]\w{0,60}$/.test(name)) throw new InvalidArgumentError('It must be the name of a format, such as CSVWithNames.');
  return name;
}

const upTo = (max: number) => (text: string) => {
  if (!/^\d{1,7}$/.test(text) || Number(text) < 1 || Number(text) > max)
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${max}.`);
  return Number(text);
};
