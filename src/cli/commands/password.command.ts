import type { Command } from 'commander';
import { restUrlOf } from '../gateway/gateway-address.js';
import { forgetLogin, keepLogin } from '../gateway/login-store.js';
import { onRest } from '../gateway/on-rest.js';
import { action, CliFailure, EXIT } from '../terminal/cli-failure.js';
import { print } from '../terminal/output.js';
import { readPasswords } from '../terminal/password-prompt.js';
import { restCommand, type RestOptions } from '../terminal/rest-command.js';
import { readClientSettings } from '../../config/client-settings.js';

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
  const url = restUrlOf(address);
  const answer = await onRest({ url }, (gateway) => gateway.changePassword(current, next));
  const expires_at = new Date(Date.now() + answer.expires_in * 1_000).toISOString();
  keepLogin(url, { token: answer.access_token, expires_at });
  print(json, { url, expires_at }, () => `The password is changed. You are logged in at ${url} until ${expires_at}.`);
}

async function logOut({ url: address = readClientSettings().url, json }: RestOptions): Promise<void> {
  const url = restUrlOf(address);
  await onRest({ url }, (gateway) => gateway.logout());
  forgetLogin(url);
  print(json, { url }, () => `Logged out at ${url}.`);
}
