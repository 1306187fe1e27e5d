import { Command } from 'commander';
import { readClientSettings } from '../../config/client-settings.js';
import { action, CliFailure, EXIT } from '../terminal/cli-failure.js';
import { restUrlOf } from '../gateway/gateway-address.js';
import { keepLogin, loginFile } from '../gateway/login-store.js';
import { onRest } from '../gateway/on-rest.js';
import { print } from '../terminal/output.js';
import { readPasswords } from '../terminal/password-prompt.js';
import { URL_OPTION } from '../terminal/rest-command.js';

interface Options {
  url?: string;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  tallygate login admin@localhost
  printf %s "$PASSWORD" | tallygate login admin@localhost --url https://mcp.example.com

The password is asked for, or read from stdin; it is never an option, since other users see those. The token is kept
in your configuration folder, readable by you only, until it expires.`;

/** `tallygate login`: required once before the commands for keys, usage and accounts. */
export function loginCommand(): Command {
  return new Command('login')
    .description('log in and store the token for later commands')
    .argument('<user>', 'e-mail or user name')
    .option(...URL_OPTION)
    .option('--json', 'print gateway and expiry as JSON')
    .addHelpText('after', EXAMPLES)
    .action(action(login));
}

async function login(user: string, { url: address = readClientSettings().url, json }: Options): Promise<void> {
  const url = restUrlOf(address);
  const [password = ''] = await readPasswords('Password');
  if (password === '') throw new CliFailure('No password was given.', EXIT.usage);
  const answer = await onRest({ url }, (gateway) => gateway.login(user, password));
  const expiresAt = new Date(Date.now() + answer.expires_in * 1_000).toISOString();
  keepLogin(url, { token: answer.access_token, expires_at: expiresAt });
  print(json, { url, user, expires_at: expiresAt, file: loginFile() }, () =>
    [`Logged in at ${url} as ${user} until ${expiresAt}.`, `The token is stored in ${loginFile()}.`].join('\n'),
  );
}
