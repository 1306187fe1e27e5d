import { Command } from 'commander';
import type { components } from '../../client/gateway-client.js';
import { IN_PERIOD } from '../../limits/credit-budget.js';
import { action } from '../terminal/cli-failure.js';
import { onRest } from '../gateway/on-rest.js';
import { keyId, restCommand, wholeNumber, type RestOptions } from '../terminal/rest-command.js';
import { print, printSecret } from '../terminal/output.js';
import { readPasswords } from '../terminal/password-prompt.js';
import { secondsOf, textTable } from '../terminal/text-table.js';

type Schemas = components['schemas'];

/** What bounds a key. */
interface BoundOptions extends RestOptions {
  /** The gateway refuses any other value. */
  permission?: NonNullable<Schemas['CreateKeyDto']['permissions']>;
  tool?: string[];
  rateLimit?: number;
  budget?: number;
  /** The gateway refuses any other value. */
  budgetPeriod?: NonNullable<Schemas['CreateKeyDto']['budget_period']>;
}

interface CreateOptions extends BoundOptions {
  days?: number;
  own?: true;
}

interface EditOptions extends BoundOptions {
  name?: string;
  expires?: string;
  clear?: NonNullable<Schemas['EditKeyDto']['clear']>;
}

const KEY_ID = ['<key-id>', "the key's id, from `keys list`", keyId] as const;

const EXAMPLES = `
Examples:
  tallygate keys create my-cursor-key --days 90
  tallygate keys create reports --tool get_daily_bars get_returns --rate-limit 100
  tallygate keys create old-server --own < secret.txt
  KEY=$(tallygate keys create ci)
  tallygate keys create assistant --budget 500 --budget-period month
  tallygate keys list --all --search cursor
  tallygate keys show KEY_ID
  tallygate keys edit KEY_ID --name nightly --expires 2027-12-31 --clear rate_limit_per_hour
  tallygate keys rotate KEY_ID --overlap 3600
  tallygate keys revoke KEY_ID

All need \`tallygate login\` first. The whole key is shown only once, when it is created.`;

/** `tallygate keys`: the logged-in user's API keys. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('create, list, change, rotate and revoke API keys')
    .addHelpText('afterAll', EXAMPLES)
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(editCommand())
    .addCommand(rotateCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return withBounds(restCommand('create', 'create a key; it is shown only once').argument('[name]', 'a name to tell keys apart'))
    .option('--days <n>', 'days until it expires (default: never)', wholeNumber)
    .option('--own', 'bring in a secret of your own; it is asked for, or read from stdin')
    .action(action(create));
}

/** The options that create and edit have. */
const withBounds = (command: Command): Command =>
  command
    .option('--permission <scope...>', 'what the key may do (of a new one: tools:call)')
    .option('--tool <name...>', 'the only tools it may call (of a new one: all)')
    .option('--rate-limit <n>', 'requests an hour', wholeNumber)
    .option('--budget <credits>', 'credits that its calls may charge in a period (of a new one: no budget)', wholeNumber)
    .option('--budget-period <period>', 'day, week, month or never, in UTC (of a new budget: month)');

const boundsOf = ({ permission, tool, rateLimit, budget, budgetPeriod }: BoundOptions) => ({
  ...(permission && { permissions: permission }),
  ...(tool && { allowed_tools: tool }),
  ...(rateLimit !== undefined && { rate_limit_per_hour: rateLimit }),
  ...(budget !== undefined && { credit_budget: budget }),
  ...(budgetPeriod && { budget_period: budgetPeriod }),
});

async function create(name: string | undefined, { url, json, days, own, ...bounds }: CreateOptions): Promise<void> {
  const wanted = {
    ...boundsOf(bounds),
    ...(name !== undefined && { key_name: name }),
    ...(days !== undefined && { expires_days: days }),
    ...(own && { secret: (await readPasswords('Secret'))[0] ?? '' }),
  };
  const key = await onRest({ url }, (gateway) => gateway.createKey(wanted));
  printSecret(json, key, key.api_key, newKeyText(key));
}

function listCommand(): Command {
  return restCommand('list', 'list your keys, newest first')
    .option('--all', 'include revoked and expired keys')
    .option('--search <text>', 'only keys with this in their name or beginning')
    .action(action(list));
}

async function list({ url, json, all = false, search }: RestOptions & { all?: boolean; search?: string }): Promise<void> {
  const wanted = { include_inactive: all, ...(search !== undefined && { search }) };
  const keys = await onRest({ url }, (gateway) => gateway.listKeys(wanted));
  const rows = keys.map((key) => [
    key.id,
    key.key_name,
    `${key.api_key_prefix}…`,
    key.is_active ? 'active' : 'inactive',
    key.permissions.join(' '),
    key.last_used_at ? secondsOf(key.last_used_at) : 'never',
    key.expires_at ? secondsOf(key.expires_at) : 'never',
    budgetText(key) ?? '',
  ]);
  print(json, keys, () =>
    textTable(['ID', 'NAME', 'KEY', 'STATE', 'SCOPES', 'LAST USED (UTC)', 'EXPIRES (UTC)', 'BUDGET'], rows),
  );
}

function showCommand(): Command {
  return restCommand('show', 'show a key with its bounds, what is left of its hour, and how it ended')
    .argument(...KEY_ID)
    .action(action(show));
}

async function show(keyId: string, { url, json }: RestOptions): Promise<void> {
  const key = await onRest({ url }, (gateway) => gateway.getKey(keyId));
  print(json, key, () => keyText(key));
}

function editCommand(): Command {
  return withBounds(restCommand('edit', 'rename a key, or change what it may do; what is left out stays').argument(...KEY_ID))
    .option('--name <name>', 'a new name')
    .option('--expires <time>', 'when it expires, e.g. 2027-12-31')
    .option('--clear <bound...>', 'takes off allowed_tools, rate_limit_per_hour, expires_at or credit_budget')
    .action(action(edit));
}

async function edit(keyId: string, { url, json, name, expires, clear, ...bounds }: EditOptions): Promise<void> {
  const changes = {
    ...boundsOf(bounds),
    ...(name !== undefined && { key_name: name }),
    ...(expires !== undefined && { expires_at: expires }),
    ...(clear && { clear }),
  };
  const key = await onRest({ url }, (gateway) => gateway.editKey(keyId, changes));
  print(json, key, () => keyText(key));
}

function rotateCommand(): Command {
  return restCommand('rotate', 'replace a key with a new one')
    .argument(...KEY_ID)
    .option('--overlap <seconds>', 'how long the old key still works', wholeNumber, 0)
    .action(action(rotate));
}

async function rotate(keyId: string, { url, json, overlap }: RestOptions & { overlap: number }): Promise<void> {
  const key = await onRest({ url }, (gateway) => gateway.rotateKey(keyId, overlap));
  printSecret(json, key, key.api_key, newKeyText(key));
}

function revokeCommand(): Command {
  return restCommand('revoke', 'revoke a key at once')
    .argument(...KEY_ID)
    .action(action(revoke));
}

async function revoke(keyId: string, { url, json }: RestOptions): Promise<void> {
  const answer = await onRest({ url }, (gateway) => gateway.revokeKey(keyId));
  print(json, answer, () => answer.message);
}

function newKeyText({ key_id, key_name, expires_at }: Schemas['CreatedKeyDto']): string {
  return `Store it now: it cannot be shown again. Name: ${key_name}, id: ${key_id}, expires: ${expires_at ?? 'never'}.`;
}

/** Null for a key without a budget. */
function budgetText({ credit_budget, budget_used, budget_period }: Schemas['KeyDetailsDto']): string | null {
  return credit_budget === null ? null : `${budget_used} of ${credit_budget} credits ${IN_PERIOD[budget_period!]}`;
}

function keyText(key: Schemas['OwnKeyDto']): string {
  const ended = key.revoked_at && `${secondsOf(key.revoked_at)}${key.revoke_reason ? `, ${key.revoke_reason}` : ''}`;
  const lines: [string, string | false | null][] = [
    ['Name', key.key_name],
    ['Key', `${key.api_key_prefix}…`],
    ['State', key.is_active ? 'active' : 'inactive'],
    ['May', key.permissions.join(' ')],
    ['Tools', key.allowed_tools?.join(' ') ?? 'all'],
    ['Requests an hour', key.effective_rate_limit === null ? 'no limit' : String(key.effective_rate_limit)],
    ['Left this hour', key.remaining_this_hour === null ? 'no limit' : String(key.remaining_this_hour)],
    ['Budget', budgetText(key)],
    ['Begins anew (UTC)', key.budget_resets_at && secondsOf(key.budget_resets_at)],
    ['Created (UTC)', secondsOf(key.created_at)],
    ['Expires (UTC)', key.expires_at ? secondsOf(key.expires_at) : 'never'],
    ['Last used (UTC)', key.last_used_at ? secondsOf(key.last_used_at) : 'never'],
    ['Last client', key.last_client],
    ['Revoked (UTC)', ended],
    ['Revoked by', key.revoked_by],
    ['Replaced by', key.replaced_by],
  ];
  return lines.flatMap(([name, value]) => (value ? [`${name.padEnd(18)}${value}`] : [])).join('\n');
}
