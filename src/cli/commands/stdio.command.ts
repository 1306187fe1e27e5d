import { Command } from 'commander';
import { action } from '../terminal/cli-failure.js';
import type { McpOptions } from '../gateway/gateway-mcp.js';
import { readClientSettings } from '../../config/client-settings.js';
import { addressesOf } from '../gateway/gateway-address.js';
import type { BridgedGateway } from '../stdio/bridge-connection.js';

const EXAMPLES = `
Examples:
  TALLYGATE_API_KEY=KEY tallygate stdio
  TALLYGATE_API_KEY=KEY tallygate stdio --url https://mcp.example.com

This process carries messages to a gateway and back. Without --url that is the one that runs on the data folder of
gateway.yaml, or else one that is started for as long as the client stays. Logs go to stderr.`;

/** `tallygate stdio`: for clients that start their servers themselves. */
export function stdioCommand(): Command {
  return new Command('stdio')
    .description('serve MCP on stdin and stdout, as a bridge to a gateway')
    .option('--url <url>', 'another gateway than that of this machine')
    .option('--api-key <key>', 'the API key (safer: TALLYGATE_API_KEY, which other users of the machine cannot see)')
    .addHelpText('after', EXAMPLES)
    .action(action(stdio));
}

async function stdio({ url, apiKey = readClientSettings().apiKey }: McpOptions): Promise<void> {
  // Only here, since the bridge's parts would slow every other command down.
  const { runBridge } = await import('../stdio/stdio-bridge.js');
  const { LocalGateway } = await import('../stdio/local-gateway.js');
  await runBridge(url === undefined ? new LocalGateway() : gatewayAt((await addressesOf(url)).mcp), apiKey);
}

/** Somebody else's: it stays where it is, and we wait for nothing. */
const gatewayAt = (url: string): BridgedGateway => ({
  url: async () => url,
  findAgain: async () => false,
  stop: async () => undefined,
});
