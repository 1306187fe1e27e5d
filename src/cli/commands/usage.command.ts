import { Command } from 'commander';
import type { components } from '../../client/gateway-client.js';
import { barChart } from '../terminal/bar-chart.js';
import { action } from '../terminal/cli-failure.js';
import { onRest } from '../gateway/on-rest.js';
import { inColour, print } from '../terminal/output.js';
import {
  pageWords,
  pagedCommand,
  restCommand,
  wholeNumber,
  type PageOptions,
  type RestOptions,
} from '../terminal/rest-command.js';
import { secondsOf, textTable } from '../terminal/text-table.js';

interface HistoryOptions extends PageOptions {
  from?: string;
  to?: string;
  tool?: string;
  key?: string;
}

const EXAMPLES = `
Examples:
  tallygate usage history --tool get_daily_bars --from 2026-11-01
  tallygate usage stats --days 7
  tallygate usage stats --json | jq .total_calls

Both need \`tallygate login\` first.`;

/** `tallygate usage`: the logged-in user's calls and statistics. */
export function usageCommand(): Command {
  return new Command('usage')
    .description('show calls, one by one or counted by day and tool')
    .addHelpText('afterAll', EXAMPLES)
    .addCommand(historyCommand())
    .addCommand(statsCommand());
}

function historyCommand(): Command {
  return pagedCommand('history', 'list calls, newest first')
    .option('--from <day>', 'first day, YYYY-MM-DD, in UTC')
    .option('--to <day>', 'last day, YYYY-MM-DD, in UTC')
    .option('--tool <name>', 'only calls of this tool')
    .option('--key <id>', 'only calls with this key')
    .action(action(history));
}

async function history({ url, json, page, pageSize, from, to, tool, key }: HistoryOptions): Promise<void> {
  const query = {
    page,
    page_size: pageSize,
    ...(from !== undefined && { start_date: from }),
    ...(to !== undefined && { end_date: to }),
    ...(tool !== undefined && { tool_name: tool }),
    ...(key !== undefined && { api_key_id: key }),
  };
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
    call.client_name,
  ]);
  const table = textTable(['TIME (UTC)', 'TOOL', 'TABLE', 'RECORDS', 'MS', 'CREDITS', 'OUTCOME', 'CLIENT'], rows);
  return `${table}\n\n${pageWords(found, 'calls')}`;
}

function statsCommand(): Command {
  return restCommand('stats', 'count calls by day and by tool')
    .option('--days <n>', 'number of days, today included; at most 365', wholeNumber, 30)
    .action(action(stats));
}

async function stats({ url, json, days }: RestOptions & { days: number }): Promise<void> {
  const found = await onRest({ url }, (gateway) => gateway.usageStats({ days }));
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
