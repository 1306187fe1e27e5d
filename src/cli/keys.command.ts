import { Command } from 'commander';
import type { CreatedKeyDto, KeyListDto, RevokedKeyDto } from '../api-keys/api-key.dto.js';
import { action } from './cli-failure.js';
import { GatewayRest, type Wire } from './gateway-rest.js';
import { restCommand, wholeNumber, type RestOptions } from './rest-command.js';
import { print } from './output.js';
import { textTable } from './text-table.js';

interface CreateOptions extends RestOptions {
  days?: number;
  permission?: string[];
  tool?: string[];
  rateLimit?: number;
}

const EXAMPLES = `
Examples:
  tallygate keys create my-cursor-key --days 90
  tallygate keys create reports --tool get_daily_bars get_returns --rate-limit 100
  tallygate keys list --all
  tallygate keys rotate KEY_ID --overlap 3600
  tallygate keys revoke KEY_ID

All need \`tallygate login\` first. The whole key is shown once, when it is made.`;

/** `tallygate keys`: the API keys of whoever logged in. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('create, list, rotate and revoke API keys')
    .addHelpText('after', EXAMPLES)
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(rotateCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return restCommand('create', 'make a key; it is shown this one time')
    .argument('[name]', 'for people to tell keys apart')
    .option('--days <n>', 'days until it expires; never when unset', wholeNumber)
    .option('--permission <scope...>', 'what it may do; tools:call when unset')
    .option('--tool <name...>', 'the only tools it may call')
    .option('--rate-limit <n>', 'requests an hour', wholeNumber)
    .action(action(create));
}

async function create(name: string | undefined, { url, json, days, permission, tool, rateLimit }: CreateOptions): Promise<void> {
  const key = await new GatewayRest(url).post<CreatedKeyDto>('/api/mcp-keys/create', {
    ...(name !== undefined && { key_name: name }),
    ...(days !== undefined && { expires_days: days }),
    ...(permission && { permissions: permission }),
    ...(tool && { allowed_tools: tool }),
    ...(rateLimit !== undefined && { rate_limit_per_hour: rateLimit }),
  });
  print(json, key, () => newKeyText(key));
}

function listCommand(): Command {
  return restCommand('list', 'list your keys, newest first').option('--all', 'revoked and expired ones too').action(action(list));
}

async function list({ url, json, all = false }: RestOptions & { all?: boolean }): Promise<void> {
  const found = await new GatewayRest(url).get<KeyListDto>('/api/mcp-keys/list', { include_inactive: all });
  const rows = found.keys.map((key) => [
    key.id,
    key.key_name,
    `${key.api_key_prefix}…`,
    key.is_active ? 'active' : 'inactive',
    key.last_used_at,
    key.expires_at,
  ]);
  print(json, found, () => textTable(['ID', 'NAME', 'KEY', 'STATE', 'LAST USED', 'EXPIRES'], rows));
}

function rotateCommand(): Command {
  return restCommand('rotate', 'replace a key by a new one')
    .argument('<key-id>', "the key's id, from `keys list`")
    .option('--overlap <seconds>', 'for how long the old key still works', wholeNumber, 0)
    .action(action(rotate));
}

async function rotate(keyId: string, { url, json, overlap }: RestOptions & { overlap: number }): Promise<void> {
  const body = { key_id: keyId, overlap_seconds: overlap };
  const key = await new GatewayRest(url).post<CreatedKeyDto>('/api/mcp-keys/rotate', body);
  print(json, key, () => newKeyText(key));
}

function revokeCommand(): Command {
  return restCommand('revoke', 'end a key at once').argument('<key-id>', "the key's id, from `keys list`").action(action(revoke));
}

async function revoke(keyId: string, { url, json }: RestOptions): Promise<void> {
  const answer = await new GatewayRest(url).post<RevokedKeyDto>('/api/mcp-keys/revoke', { key_id: keyId });
  print(json, answer, () => answer.message);
}

function newKeyText({ api_key, key_id, key_name, expires_at }: Wire<CreatedKeyDto>): string {
  return `${api_key}\n\nKeep it: it is shown only now. Name: ${key_name}, id: ${key_id}, expires: ${expires_at ?? 'never'}.`;
}
