import { Command } from 'commander';
import type { components } from '../../client/gateway-client.js';
import { action } from '../terminal/cli-failure.js';
import { alertsCommand } from './account/alerts.command.js';
import { onAccount } from './account/on-account.js';
import { onRest } from '../gateway/on-rest.js';
import { print, printFile, printSecret } from '../terminal/output.js';
import {
  fileCommand,
  pageWords,
  pagedCommand,
  restCommand,
  type FileOptions,
  type PageOptions,
  type RestOptions,
} from '../terminal/rest-command.js';
import { secondsOf, textTable } from '../terminal/text-table.js';

const EXAMPLES = `
Examples:
  tallygate account enable
  tallygate account show --json | jq .credits_balance
  tallygate account regenerate-key
  tallygate account history
  tallygate account export --format csv > credits.csv
  tallygate account alerts set --low-balance 100

All need \`tallygate login\` first. The whole key is shown only once, when it is created.`;

/** `tallygate account`: the logged-in user's MCP account. */
export function accountCommand(): Command {
  return new Command('account')
    .description('show or enable your MCP account, its credits and alerts, or replace its key')
    .addHelpText('afterAll', EXAMPLES)
    .addCommand(restCommand('show', 'show tier, credits and key prefix').action(action(show)))
    .addCommand(restCommand('enable', 'open the account with its first credits').action(action(enable)))
    .addCommand(restCommand('regenerate-key', 'replace the key; the old one stops working at once').action(action(regenerateKey)))
    .addCommand(pagedCommand('history', 'list what gave and took credits, newest first').action(action(history)))
    .addCommand(fileCommand('export', 'write all of that to stdout').action(action(exportCredits)))
    .addCommand(alertsCommand());
}

async function show({ url, json }: RestOptions): Promise<void> {
  const account = await onAccount(url, (gateway) => gateway.account());
  print(json, account, () => [accountText(account), ...account.limits.map(limitText)].join('\n'));
}

async function enable({ url, json }: RestOptions): Promise<void> {
  const enabled = await onRest({ url }, (gateway) => gateway.enableAccount());
  printSecret(json, enabled, enabled.mcp_api_key, `${enabled.message}\n${accountText(enabled.account)}`);
}

async function regenerateKey({ url, json }: RestOptions): Promise<void> {
  const key = await onAccount(url, (gateway) => gateway.regenerateKey());
  printSecret(json, key, key.mcp_api_key, key.message);
}

async function history({ url, json, page, pageSize }: PageOptions): Promise<void> {
  const found = await onAccount(url, (gateway) => gateway.creditHistory({ page, page_size: pageSize }));
  print(json, found, () => {
    const rows = found.transactions.map((entry) => [
      secondsOf(entry.created_at),
      entry.transaction_type,
      entry.amount,
      entry.balance_after,
      entry.description ?? '',
    ]);
    const { archived_before: before } = found;
    const archived = before ? `\nCharges of calls before ${secondsOf(before)} UTC are archived and not listed.` : '';
    return `${textTable(['TIME (UTC)', 'WHAT', 'CREDITS', 'BALANCE', 'WHY'], rows)}\n\n${pageWords(found, 'transactions')}${archived}`;
  });
}

async function exportCredits({ url, format }: FileOptions): Promise<void> {
  await onAccount(url, async (gateway) => printFile(await gateway.exportCredits({ format })));
}

/** In the words of the API: `credits_balance` is the credits balance. */
function accountText(account: components['schemas']['AccountInfoDto']): string {
  return [
    `User                ${account.user_email}`,
    `State               ${account.is_active ? 'active' : 'switched off by an admin'}`,
    `Tier                ${account.credits_tier}`,
    `Monthly allocation  ${account.credits_monthly_allocation} credits`,
    `Credits balance     ${account.credits_balance}`,
    ...(account.credits_debt > 0 ? [`Credits debt        ${account.credits_debt}`] : []),
    `Credits used        ${account.total_credits_used}`,
    `Tool calls          ${account.total_tool_calls}`,
    `Key prefix          ${account.mcp_key_prefix}…`,
  ].join('\n');
}

const LIMITED = { login: 'Login', account_key: "Account's key", all_api_keys: 'All API keys' } as const;

function limitText({ of, limit, remaining_this_hour }: components['schemas']['LimitDto']): string {
  return `${LIMITED[of].padEnd(20)}${remaining_this_hour} of ${limit} requests left this hour`;
}
