import { Command } from 'commander';
import { onRest } from '../../gateway/on-rest.js';
import { action } from '../../terminal/cli-failure.js';
import { print } from '../../terminal/output.js';
import {
  pagedCommand,
  pageWords,
  restCommand,
  wholeNumber,
  type PageOptions,
  type RestOptions,
} from '../../terminal/rest-command.js';
import { textTable } from '../../terminal/text-table.js';
import { whoSays } from './who-says.js';

const EXAMPLES = `
Examples:
  tallygate prices list
  tallygate prices list --search bars
  tallygate prices set get_daily_bars 2 --reason "its data costs more"
  tallygate prices reset get_daily_bars

All need \`tallygate login\` as an admin first. A price counts for calls that begin from then on. What gateway.yaml sets is changed
there; \`reset\` takes back what an admin has set.`;
const TOOL = 'a tool, or resources/read or prompts/get';

/** `tallygate prices`: what calls cost. */
export function pricesCommand(): Command {
  return new Command('prices')
    .description('show and set what calls cost (admins only)')
    .addHelpText('afterAll', EXAMPLES)
    .addCommand(
      pagedCommand('list', 'list prices by tool, with who says so')
        .option('--search <text>', "part of a tool's name")
        .action(action(list)),
    )
    .addCommand(
      restCommand('set', 'set the credits for one call of a tool')
        .argument('<tool>', TOOL)
        .argument('<credits>', 'for one call; 0 is free of charge', wholeNumber)
        .requiredOption('--reason <text>', 'why, for the audit log')
        .action(action(set)),
    )
    .addCommand(
      restCommand('reset', 'take back what an admin has set')
        .argument('<tool>', TOOL)
        .option('--reason <text>', 'why, for the audit log')
        .action(action(reset)),
    );
}

async function list({ url, json, search, page, pageSize }: PageOptions & { search?: string }): Promise<void> {
  const query = { page, page_size: pageSize, ...(search !== undefined && { search }) };
  const found = await onRest({ url }, (gateway) => gateway.listPrices(query));
  print(json, found, () => {
    const rows = found.items.map((price) => [price.tool, price.price, whoSays(price), price.calls_last_30_days]);
    return `${textTable(['TOOL', 'CREDITS', 'SET BY', 'CALLS, 30 DAYS'], rows)}\n\n${pageWords(found, 'prices')}`;
  });
}

async function set(tool: string, price: number, { url, json, reason }: RestOptions & { reason: string }): Promise<void> {
  const made = await onRest({ url }, (gateway) => gateway.setPrice(tool, { price, reason }));
  const unknown = made.known ? '' : ' There is no such tool now; one that comes by this name has this price.';
  print(json, made, () => `A call of ${made.tool} costs ${made.price} credits.${unknown}`);
}

async function reset(tool: string, { url, json, reason }: RestOptions & { reason?: string }): Promise<void> {
  await onRest({ url }, (gateway) => gateway.resetPrice(tool, reason));
  print(json, { tool, reset: true }, () => `The price of ${tool} is what it is without an admin.`);
}
