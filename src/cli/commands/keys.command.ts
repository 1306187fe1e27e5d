import { Command } from 'commander';
import type { components } from '../../client/gateway-client.js';
import { action } from '../terminal/cli-failure.js';
import { onRest } from '../gateway/on-rest.js';
import { restCommand, wholeNumber, type RestOptions } from '../terminal/rest-command.js';
import { print, printSecret } from '../terminal/output.js';
import { readPasswords } from '../terminal/password-prompt.js';
import { secondsOf, textTable } from '../terminal/text-table.js';

interface CreateOptions extends RestOptions {
  days?: number;
  /** The gateway refuses any other value. */
  permission?: NonNullable<components['schemas']['CreateKeyDto']['permissions']>;
  tool?: string[];
  rateLimit?: number;
  own?: true;
}

const EXAMPLES = `
Examples:
  tallygate keys create my-cursor-key --days 90
  tallygate keys create reports --tool get_daily_bars get_returns --rate-limit 100
  tallygate keys create old-server --own < secret.txt
  KEY=$(tallygate keys create ci)
  tallygate keys list --all
  tallygate keys rotate KEY_ID --overlap 3600
  tallygate keys revoke KEY_ID

All need \`tallygate login\` first. The whole key is shown only once, when it is created.`;

/** `tallygate keys`: the logged-in user's API keys. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('create, list, rotate and revoke API keys')
    .addHelpText('afterAll', EXAMPLES)
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(rotateCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return restCommand('create', 'create a key; it is shown only once')
    .argument('[name]', 'a name to tell keys apart')
    .option('--days <n>', 'days until it expires (default: never)', wholeNumber)
    .option('--permission <scope...>', 'what the key may do (default: tools:call)')
    .option('--tool <name...>', 'the only tools it may call (default: all)')
    .option('--rate-limit <n>', 'requests an hour', wholeNumber)
    .option('--own', 'bring in a secret of your own; it is asked for, or read from stdin')
    .action(action(create));
}

async function create(
  name: string | undefined,
  { url, json, days, permission, tool, rateLimit, own }: CreateOptions,
): Promise<void> {
  const wanted = {
    ...(name !== undefined && { key_name: name }),
    ...(days !== undefined && { expires_days: days }),
    ...(permission && { permissions: permission }),
    ...(tool && { allowed_tools: tool }),
    ...(rateLimit !== undefined && { rate_limit_per_hour: rateLimit }),
    ...(own && { secret: (await readPasswords('Secret'))[0] ?? '' }),
  };
  const key = await onRest({ url }, (gateway) => gateway.createKey(wanted));
  printSecret(json, key, key.api_key, newKeyText(key));
}

function listCommand(): Command {
  return restCommand('list', 'list your keys, newest first')
    .option('--all', 'include revoked and expired keys')
    .action(action(list));
}

async function list({ url, json, all = false }: RestOptions & { all?: boolean }): Promise<void> {
  const keys = await onRest({ url }, (gateway) => gateway.listKeys({ include_inactive: all }));
  const rows = keys.map((key) => [
    key.id,
    key.key_name,
    `${key.api_key_prefix}…`,
    key.is_active ? 'active' : 'inactive',
    key.permissions.join(' '),
    key.last_used_at ? secondsOf(key.last_used_at) : 'never',
    key.expires_at ? secondsOf(key.expires_at) : 'never',
  ]);
  print(json, keys, () => textTable(['ID', 'NAME', 'KEY', 'STATE', 'SCOPES', 'LAST USED (UTC)', 'EXPIRES (UTC)'], rows));
}

function rotateCommand(): Command {
  return restCommand('rotate', 'replace a key with a new one')
    .argument('<key-id>', "the key's id, from `keys list`")
    .option('--overlap <seconds>', 'how long the old key still works', wholeNumber, 0)
    .action(action(rotate));
}

async function rotate(keyId: string, { url, json, overlap }: RestOptions & { overlap: number }): Promise<void> {
  const key = await onRest({ url }, (gateway) => gateway.rotateKey(keyId, overlap));
  printSecret(json, key, key.api_key, newKeyText(key));
}

function revokeCommand(): Command {
  return restCommand('revoke', 'revoke a key at once')
    .argument('<key-id>', "the key's id, from `keys list`")
    .action(action(revoke));
}

async function revoke(keyId: string, { url, json }: RestOptions): Promise<void> {
  const answer = await onRest({ url }, (gateway) => gateway.revokeKey(keyId));
  print(json, answer, () => answer.message);
}

function newKeyText({ key_id, key_name, expires_at }: components['schemas']['CreatedKeyDto']): string {
  return `Store it now: it cannot be shown again. Name: ${key_name}, id: ${key_id}, expires: ${expires_at ?? 'never'}.`;
}
