import { Command, Option } from 'commander';
import type { components } from '../../client/gateway-client.js';
import { barChart } from '../terminal/bar-chart.js';
import { action, CliFailure, EXIT } from '../terminal/cli-failure.js';
import { onRest } from '../gateway/on-rest.js';
import { inColour, print, printFile } from '../terminal/output.js';
import {
  fileCommand,
  keyId,
  pageWords,
  pagedCommand,
  restCommand,
  wholeNumber,
  type FileOptions,
  type PageOptions,
  type RestOptions,
} from '../terminal/rest-command.js';
import { secondsOf, textTable } from '../terminal/text-table.js';

interface CallOptions {
  from?: string;
  to?: string;
  tool?: string;
  key?: string;
}

type HistoryOptions = PageOptions & CallOptions;
type ExportOptions = FileOptions & CallOptions & { stats?: true; days: number };

const EXAMPLES = `
Examples:
  tallygate usage history --tool get_daily_bars --from 2026-11-01
  tallygate usage stats --days 7
  tallygate usage stats --json | jq .total_calls
  tallygate usage keys --days 90
  tallygate usage export --format csv --from 2026-11-01 > calls.csv
  tallygate usage export --stats --days 365 > days.csv

All need \`tallygate login\` first.`;

const KEY_OPTION = ['--key <id>', 'only calls with this key, by its id', keyId] as const;
const DAYS_OPTION = ['--days <n>', 'number of days, today included; at most 365', wholeNumber, 30] as const;

/** `tallygate usage`: the logged-in user's calls and statistics. */
export function usageCommand(): Command {
  return new Command('usage')
    .description('show calls, one by one or counted by day and tool')
    .addHelpText('afterAll', EXAMPLES)
    .addCommand(historyCommand())
    .addCommand(statsCommand())
    .addCommand(keysCommand())
    .addCommand(exportCommand());
}

function historyCommand(): Command {
  return withCallOptions(pagedCommand('history', 'list calls, newest first')).action(action(history));
}

const withCallOptions = (command: Command): Command =>
  command
    .option('--from <day>', 'first day, YYYY-MM-DD, in UTC')
    .option('--to <day>', 'last day, YYYY-MM-DD, in UTC')
    .option('--tool <name>', 'only calls of this tool')
    .option(...KEY_OPTION);

const callQuery = ({ from, to, tool, key }: CallOptions) => ({
  ...(from !== undefined && { start_date: from }),
  ...(to !== undefined && { end_date: to }),
  ...(tool !== undefined && { tool_name: tool }),
  ...keyQuery(key),
});

const keyQuery = (key: string | undefined) => (key === undefined ? {} : { api_key_id: key });

async function history({ url, json, page, pageSize, ...calls }: HistoryOptions): Promise<void> {
  const query = { page, page_size: pageSize, ...callQuery(calls) };
  const found = await onRest({ url }, (gateway) => gateway.usageHistory(query));
  print(json, found, () => historyText(found));
}

function historyText(found: components['schemas']['UsageHistoryDto']): string {
  const rows = found.records.map((call) => [
    secondsOf(call.created_at),
    call.tool_name,
    call.table_name,
    call.record_count,
    call.duration_ms,
    call.credits_charged,
    call.is_error ? call.error_code : 'ok',
    call.api_key_name ?? '',
    call.client_name,
  ]);
  const table = textTable(['TIME (UTC)', 'TOOL', 'TABLE', 'RECORDS', 'MS', 'CREDITS', 'OUTCOME', 'KEY', 'CLIENT'], rows);
  return `${table}\n\n${pageWords({ ...found, total: found.total ?? 0 }, 'calls')}`;
}

function statsCommand(): Command {
  return restCommand('stats', 'count calls by day and by tool')
    .option(...DAYS_OPTION)
    .option(...KEY_OPTION)
    .action(action(stats));
}

async function stats({ url, json, days, key }: RestOptions & { days: number; key?: string }): Promise<void> {
  const found = await onRest({ url }, (gateway) => gateway.usageStats({ days, ...keyQuery(key) }));
  print(json, found, () => statsText(found));
}

function statsText({
  daily_stats,
  top_tools,
  total_calls,
  total_records,
  avg_daily_calls,
}: components['schemas']['UsageStatsDto']): string {
  const days = [...daily_stats].sort((a, b) => (a.date < b.date ? -1 : 1));
  const chart = barChart(
    days.map(({ date, call_count }) => ({ label: date, value: call_count })),
    inColour,
  );
  const rows = top_tools.map((tool) => [tool.tool_name, tool.table_name, tool.call_count, tool.total_records]);
  const totals = `${total_calls} calls, ${total_records} records, ${Number(avg_daily_calls.toFixed(1))} calls a day`;
  return `Calls a day\n${chart}\n\n${textTable(['TOOL', 'TABLE', 'CALLS', 'RECORDS'], rows)}\n\n${totals}`;
}

function keysCommand(): Command {
  return restCommand('keys', 'count calls by the key they were made with')
    .option(...DAYS_OPTION)
    .action(action(keys));
}

async function keys({ url, json, days }: RestOptions & { days: number }): Promise<void> {
  const found = await onRest({ url }, (gateway) => gateway.usageByKey({ days }));
  print(json, found, () => {
    const rows = found.keys.map((key) => [
      key.api_key_name ?? (key.api_key_id || '(login)'),
      key.call_count,
      key.error_count,
      key.total_records,
      key.total_credits,
      key.api_key_id,
    ]);
    return textTable(['KEY', 'CALLS', 'ERRORS', 'RECORDS', 'CREDITS', 'ID'], rows);
  });
}

function exportCommand(): Command {
  return withCallOptions(fileCommand('export', 'write all calls to stdout, newest first'))
    .addOption(
      new Option('--stats', 'instead, calls counted by day and tool, of so many --days').conflicts(['from', 'to', 'tool']),
    )
    .option(...DAYS_OPTION)
    .action(action(exportCalls));
}

async function exportCalls({ url, format, stats: isStats, days, ...calls }: ExportOptions, command: Command): Promise<void> {
  if (!isStats && command.getOptionValueSource('days') === 'cli')
    throw new CliFailure('--days is of --stats alone; give --from and --to for single calls.', EXIT.usage);
  await onRest({ url }, async (gateway) => {
    const file = isStats
      ? await gateway.exportUsageStats({ format, days, ...keyQuery(calls.key) })
      : await gateway.exportUsage({ format, ...callQuery(calls) });
    await printFile(file);
  });
}
