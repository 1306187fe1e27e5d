import type { Command } from 'commander';
import { restCommand, type RestOptions } from '../../terminal/rest-command.js';
import { SERVER_HELP } from './server-help.js';

/** The argument that names a server. */
export const ID = ['<id>', "the server's id or name, from `servers list`"] as const;

export interface ServerOptions extends RestOptions {
  apiKey?: string;
}

/** Unlike keys and usage, servers can also be managed with an API key. */
export const serverCommand = (name: string, description: string): Command =>
  restCommand(name, description)
    .option('--api-key <key>', 'an API key instead of the login (TALLYGATE_API_KEY)')
    .addHelpText('after', SERVER_HELP[name]!);
