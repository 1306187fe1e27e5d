import { Command } from 'commander';
import { action } from '../terminal/cli-failure.js';
import type { McpOptions } from '../gateway/gateway-mcp.js';
import { runBridge } from '../stdio/stdio-bridge.js';
import { runStdioGateway } from '../stdio/stdio-gateway.js';

const EXAMPLES = `
Examples:
  TALLYGATE_API_KEY=KEY tallygate stdio
  TALLYGATE_API_KEY=KEY tallygate stdio --url https://mcp.example.com

Without --url the gateway runs here, for this client alone, on the data folder of gateway.yaml, which no other
gateway may be using. With it this process is a bridge to a gateway that runs elsewhere. Logs go to stderr.`;

/** `tallygate stdio`: for clients that start their servers themselves. */
export function stdioCommand(): Command {
  return new Command('stdio')
    .description('serve MCP on stdin and stdout, with a gateway of its own or as a bridge to one')
    .option('--url <url>', 'the gateway to connect to')
    .option(
      '--api-key <key>',
      'the API key for the bridge (safer: TALLYGATE_API_KEY, which other users of the machine cannot see)',
    )
    .addHelpText('after', EXAMPLES)
    .action(action(stdio));
}

async function stdio({ url, apiKey }: McpOptions): Promise<void> {
  if (url === undefined) return runStdioGateway();
  await runBridge(url, apiKey);
}
