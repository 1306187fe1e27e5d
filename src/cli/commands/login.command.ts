import { Command } from 'commander';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { readClientSettings } from '../../config/client-settings.js';
import { action, CliFailure, EXIT } from '../terminal/cli-failure.js';
import { restUrlOf } from '../gateway/gateway-address.js';
import { keepLogin, loginFile } from '../gateway/login-store.js';
import { onRest } from '../gateway/on-rest.js';
import { print } from '../terminal/output.js';
import { URL_OPTION } from '../terminal/rest-command.js';

interface Options {
  url?: string;
  json?: boolean;
}

/** A shell's exit code for Ctrl-C. */
const INTERRUPTED = 130;

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
  const password = await readPassword();
  if (password === '') throw new CliFailure('No password was given.', EXIT.usage);
  const answer = await onRest({ url }, (gateway) => gateway.login(user, password));
  const expiresAt = new Date(Date.now() + answer.expires_in * 1_000).toISOString();
  keepLogin(url, { token: answer.access_token, expires_at: expiresAt });
  print(json, { url, user, expires_at: expiresAt, file: loginFile() }, () =>
    [`Logged in at ${url} as ${user} until ${expiresAt}.`, `The token is stored in ${loginFile()}.`].join('\n'),
  );
}

async function readPassword(): Promise<string> {
  return process.stdin.isTTY ? ask() : (await text(process.stdin)).replace(/\r?\n$/, '');
}

/** Asks on a terminal, without showing what is typed. */
async function ask(): Promise<string> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silence, terminal: true });
  prompt.once('SIGINT', () => process.exit(INTERRUPTED));
  process.stderr.write('Password: ');
  const password = await prompt.question('');
  prompt.close();
  process.stderr.write('\n');
  return password;
}
