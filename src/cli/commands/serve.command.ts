import { Command } from 'commander';
import { settingsIn, withSettings, type SettingOptions } from '../terminal/setting-options.js';

const EXAMPLES = `
Examples:
  tallygate serve
  tallygate serve --port 9000 --mcp-port 9001 --data-dir /var/lib/tallygate
  tallygate serve --database-url postgresql://tallygate@db/tallygate --templates http,file-server

An option wins over its variable, which wins over gateway.yaml. Secrets are no options, since other users of the machine see those:
GATEWAY_SECRET_KEY, GATEWAY_ADMIN_PASSWORD, and GATEWAY_DATABASE_URL where there is a password in it. \`tallygate config print\`
shows all settings.`;

/** `tallygate serve`: starts the gateway, as `npm start` does. */
export function serveCommand(): Command {
  return withSettings(new Command('serve'))
    .description('run the gateway: REST on port 8000, MCP on port 8001')
    .addHelpText('after', EXAMPLES)
    .action(async (options: SettingOptions) => {
      // Only here, since loading the whole server would slow every other command down.
      const { serve } = await import('../../start/serve.js');
      await serve(undefined, settingsIn(options));
    });
}
