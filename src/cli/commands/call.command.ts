import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { Command } from 'commander';
import { argumentsFromJson, argumentsFromPairs, isAmbiguous } from '../gateway/call-arguments.js';
import { action, CliFailure, EXIT } from '../terminal/cli-failure.js';
import { onGateway, type GatewayMcp, type McpOptions } from '../gateway/on-gateway.js';
import { print } from '../terminal/output.js';
import { URL_OPTION } from '../terminal/rest-command.js';

interface Options extends McpOptions {
  args?: string;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  tallygate call greet --api-key KEY --url http://localhost:8000 name=Alice
  tallygate call get_daily_bars symbol=^GSPC start_date=2008-09-15 'fields=["close"]' --json
  tallygate call add --args '{"a":1,"b":2}'

A value is text if the tool expects text, else JSON; where that makes a difference the tool is looked up first, which counts as a
request of its own. A tool that asks its caller something (elicitation, sampling) cannot ask here. Exit code 4: the tool answered with an error.`;

/** `tallygate call`: calls one tool once. */
export function callCommand(): Command {
  return new Command('call')
    .description('call a tool and print its answer')
    .argument('<tool>', 'name of the tool; `tallygate tools` lists them')
    .argument('[key=value...]', 'arguments of the call')
    .option('--args <json>', 'all arguments as one JSON object')
    .option(...URL_OPTION)
    .option('--api-key <key>', 'the API key (TALLYGATE_API_KEY)')
    .option('--json', 'print the whole result, with structured content and the credits charged')
    .addHelpText('after', EXAMPLES)
    .action(action(call));
}

async function call(tool: string, pairs: string[], options: Options): Promise<void> {
  if (options.args !== undefined && pairs.length > 0) throw new CliFailure('Give --args or key=value, not both.', EXIT.usage);
  const given = options.args === undefined ? undefined : argumentsFromJson(options.args);
  const result = await onGateway(options, async (gateway) =>
    gateway.call(tool, given ?? argumentsFromPairs(pairs, pairs.some(isAmbiguous) ? await schemaOf(gateway, tool) : {})),
  );
  if (result.isError && !options.json) throw new CliFailure(textOf(result), EXIT.toolError);
  print(options.json, result, () => textOf(result));
  if (result.isError) process.exitCode = EXIT.toolError;
}

/** An unknown tool has no schema; the gateway reports it when it is called. */
async function schemaOf(gateway: GatewayMcp, name: string): Promise<{ properties?: Record<string, unknown> }> {
  const tool = (await gateway.tools()).find((candidate) => candidate.name === name);
  return tool?.inputSchema ?? {};
}

/** The content for people: texts as they are, other blocks by their type. */
function textOf({ content }: CallToolResult): string {
  return content.map((block) => (block.type === 'text' ? block.text : `[${block.type}; --json shows it]`)).join('\n');
}
