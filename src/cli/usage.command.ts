import { Command } from 'commander';
import type { UsageHistoryDto } from '../usage/usage-history.dto.js';
import type { UsageStatsDto } from '../usage/usage-stats.dto.js';
import { barChart } from './bar-chart.js';
import { action } from './cli-failure.js';
import { GatewayRest, type Wire } from './gateway-rest.js';
import { inColour, print } from './output.js';
import { restCommand, wholeNumber, type RestOptions } from './rest-command.js';
import { textTable } from './text-table.js';

interface HistoryOptions extends RestOptions {
  page: number;
  pageSize: number;
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

/** `tallygate usage`: what the keys of whoever logged in were used for. */
export function usageCommand(): Command {
  return new Command('usage')
    .description('show calls, one by one or by day and tool')
    .addHelpText('after', EXAMPLES)
    .addCommand(historyCommand())
    .addCommand(statsCommand());
}

function historyCommand(): Command {
  return restCommand('history', 'single calls, newest first')
    .option('--page <n>', 'which page', wholeNumber, 1)
    .option('--page-size <n>', 'calls on a page, at most 100', wholeNumber, 20)
    .option('--from <day>', 'first day, YYYY-MM-DD, in UTC')
    .option('--to <day>', 'last day, YYYY-MM-DD, in UTC')
    .option('--tool <name>', 'only calls of this tool')
    .option('--key <id>', 'only calls with this key')
    .action(action(history));
}

async function history({ url, json, page, pageSize, from, to, tool, key }: HistoryOptions): Promise<void> {
  const query = { page, page_size: pageSize, start_date: from, end_date: to, tool_name: tool, api_key_id: key };
  const found = await new GatewayRest(url).get<UsageHistoryDto>('/api/mcp-usage/history', query);
  print(json, found, () => historyText(found));
}

function historyText({ records, total, page, page_size }: Wire<UsageHistoryDto>): string {
  const rows = records.map((call) => [
    call.created_at,
    call.tool_name,
    call.table_name,
    call.record_count,
    call.duration_ms,
    call.credits_charged,
    call.is_error ? call.error_code : 'ok',
    call.client_name,
  ]);
  const table = textTable(['TIME (UTC)', 'TOOL', 'TABLE', 'RECORDS', 'MS', 'CREDITS', 'OUTCOME', 'CLIENT'], rows);
  return `${table}\n\nPage ${page} of ${Math.max(1, Math.ceil(total / page_size))}, ${total} calls.`;
}

function statsCommand(): Command {
  return restCommand('stats', 'calls by day and by tool')
    .option('--days <n>', 'how many days, today included; at most 365', wholeNumber, 30)
    .action(action(stats));
}

async function stats({ url, json, days }: RestOptions & { days: number }): Promise<void> {
  const found = await new GatewayRest(url).get<UsageStatsDto>('/api/mcp-usage/stats', { days });
  print(json, found, () => statsText(found));
}

function statsText({ daily_stats, top_tools, total_calls, total_records, avg_daily_calls }: Wire<UsageStatsDto>): string {
  const days = [...daily_stats].sort((a, b) => (a.date < b.date ? -1 : 1));
  const chart = barChart(
    days.map(({ date, call_count }) => ({ label: date, value: call_count })),
    inColour,
  );
  const rows = top_tools.map((tool) => [tool.tool_name, tool.table_name, tool.call_count, tool.total_records]);
  const totals = `${total_calls} calls, ${total_records} records, ${avg_daily_calls} calls a day`;
  return `Calls a day\n${chart}\n\n${textTable(['TOOL', 'TABLE', 'CALLS', 'RECORDS'], rows)}\n\n${totals}`;
}
