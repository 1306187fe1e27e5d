import { Command } from 'commander';

const EXAMPLES = `
Examples:
  tallygate serve
  GATEWAY_PORT=9000 GATEWAY_MCP_PORT=9001 tallygate serve

Settings: gateway.yaml and GATEWAY_* variables; \`tallygate config print\` shows the result.`;

/** `tallygate serve`: starts the gateway, as `npm start` does. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the gateway: REST on port 8000, MCP on port 8001')
    .addHelpText('after', EXAMPLES)
    .action(async () => {
      // Only here, since loading the whole server would slow every other command down.
      const { serve } = await import('../../start/serve.js');
      await serve();
    });
}
