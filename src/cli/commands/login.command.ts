import { Command } from 'commander';
import { readClientSettings } from '../../config/client-settings.js';
import { action, CliFailure, EXIT } from '../terminal/cli-failure.js';
import { addressesOf } from '../gateway/gateway-address.js';
import { forgetLogin, keepLogin, loginFile } from '../gateway/login-store.js';
import { onRest } from '../gateway/on-rest.js';
import { print } from '../terminal/output.js';
import { readPasswords } from '../terminal/password-prompt.js';
import { restCommand, URL_OPTION, type RestOptions } from '../terminal/rest-command.js';

interface Options {
  url?: string;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  tallygate login admin@localhost
  printf %s "$PASSWORD" | tallygate login admin@localhost --url https://mcp.example.com

The password is asked for, or read from stdin; it is never an option, since other users see those. The token is kept
in ~/.config/tallygate (or below XDG_CONFIG_HOME), readable by you only, until it expires.`;

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
  const { rest: url } = await addressesOf(address);
  const [password = ''] = await readPasswords('Password');
  if (password === '') throw new CliFailure('No password was given.', EXIT.usage);
  const answer = await onRest({ url }, (gateway) => gateway.login(user, password));
  const expiresAt = new Date(Date.now() + answer.expires_in * 1_000).toISOString();
  keepLogin(url, { token: answer.access_token, expires_at: expiresAt });
  print(json, { url, user, expires_at: expiresAt, file: loginFile() }, () =>
    [`Logged in at ${url} as ${user} until ${expiresAt}.`, `The token is stored in ${loginFile()}.`].join('\n'),
  );
}

const PASSWORD_EXAMPLES = `
Examples:
  tallygate password
  printf '%s\\n%s\\n' "$OLD" "$NEW" | tallygate password

Needs \`tallygate login\` first. Both passwords are asked for, or read from two lines of stdin. Your other logins end; your API
keys go on. A password that is lost is set by an admin (\`tallygate users set-password\`).`;

const LOGOUT_EXAMPLES = `
Examples:
  tallygate logout
  tallygate logout --url https://mcp.example.com

Ends the login that \`tallygate login\` stored, at the gateway and here. API keys go on.`;

/** `tallygate password`: the logged-in user's own password. */
export function passwordCommand(): Command {
  return restCommand('password', 'change your password').addHelpText('after', PASSWORD_EXAMPLES).action(action(change));
}

/** `tallygate logout`: the end of `tallygate login`. */
export function logoutCommand(): Command {
  return restCommand('logout', 'end the stored login').addHelpText('after', LOGOUT_EXAMPLES).action(action(logOut));
}

async function change({ url: address = readClientSettings().url, json }: RestOptions): Promise<void> {
  const [current, next, again = next] = await readPasswords('Current password', 'New password', 'New password, once more');
  if (!current || !next) throw new CliFailure('Give the current password and the new one.', EXIT.usage);
  if (next !== again && again !== '') throw new CliFailure('The new passwords are not the same.', EXIT.usage);
  const { rest: url } = await addressesOf(address);
  const answer = await onRest({ url }, (gateway) => gateway.changePassword(current, next));
  const expires_at = new Date(Date.now() + answer.expires_in * 1_000).toISOString();
  keepLogin(url, { token: answer.access_token, expires_at });
  print(json, { url, expires_at }, () => `The password is changed. You are logged in at ${url} until ${expires_at}.`);
}

async function logOut({ url: address = readClientSettings().url, json }: RestOptions): Promise<void> {
  const { rest: url } = await addressesOf(address);
  await onRest({ url }, (gateway) => gateway.logout());
  forgetLogin(url);
  print(json, { url }, () => `Logged out at ${url}.`);
}
