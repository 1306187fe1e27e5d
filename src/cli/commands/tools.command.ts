import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { Command } from 'commander';
import { action } from '../terminal/cli-failure.js';
import { onGateway, type McpOptions } from '../gateway/on-gateway.js';
import { print } from '../terminal/output.js';
import { textTable } from '../terminal/text-table.js';
import { URL_OPTION } from '../terminal/rest-command.js';

const EXAMPLES = `
Examples:
  tallygate tools
  tallygate tools --json | jq '.[] | select(.name == "get_returns") | .inputSchema'`;

/** `tallygate tools`: lists the tools that the key may call. */
export function toolsCommand(): Command {
  return new Command('tools')
    .description('list the tools this key may call')
    .option(...URL_OPTION)
    .option('--api-key <key>', 'the API key (TALLYGATE_API_KEY)')
    .option('--json', 'print the tools with their schemas')
    .addHelpText('after', EXAMPLES)
    .action(action(list));
}

async function list(options: McpOptions & { json?: boolean }): Promise<void> {
  const tools = await onGateway(options, (gateway) => gateway.tools());
  const rows = tools.map((tool) => [tool.name, signature(tool.inputSchema), descriptionOf(tool)]);
  print(options.json, tools, () => textTable(['TOOL', 'ARGUMENTS', 'DESCRIPTION'], rows));
}

/** `tallygate call` asks for no tasks. */
const descriptionOf = ({ description, execution }: Tool): string =>
  `${execution?.taskSupport === 'required' ? '(runs as a task only) ' : ''}${description ?? ''}`;

/** `name, limit?`: arguments with a question mark are optional. */
function signature({ properties = {}, required = [] }: { properties?: object; required?: string[] }): string {
  return Object.keys(properties)
    .map((name) => (required.includes(name) ? name : `${name}?`))
    .join(', ');
}
