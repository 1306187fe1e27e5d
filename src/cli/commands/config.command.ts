import { Argument, Command } from 'commander';
import { stringify } from 'yaml';
import { maskValues } from '../../common/secrets/mask-values.js';
import { readClientSettings } from '../../config/client-settings.js';
import { action } from '../terminal/cli-failure.js';
import { terminalConfigurations } from '../../start/clients/terminal-clients.js';
import { addressesOf } from '../gateway/gateway-address.js';
import type { McpOptions } from '../gateway/gateway-mcp.js';
import { print } from '../terminal/output.js';
import { settingsIn, withSettings, type SettingOptions } from '../terminal/setting-options.js';
import { textTable } from '../terminal/text-table.js';
import { URL_OPTION } from '../terminal/rest-command.js';

interface Options {
  json?: boolean;
}

interface PrintOptions extends Options {
  sources?: boolean;
}

const EXAMPLES = `
Examples:
  tallygate config check
  GATEWAY_PORT=9000 tallygate config print --json | jq .port
  tallygate config client cursor --url https://mcp.example.com --api-key KEY`;

/** `tallygate config`: shows the gateway's settings, and writes client configurations. Changes nothing. */
export function configCommand(): Command {
  return new Command('config')
    .description('check or print the settings, or print what an MCP client needs')
    .addHelpText('afterAll', EXAMPLES)
    .addCommand(
      withSettings(new Command('check'))
        .description('list every mistake in gateway.yaml, the environment and these options')
        .action(action(check)),
    )
    .addCommand(
      withSettings(new Command('print'))
        .description('print all effective settings, secrets masked')
        .option('--sources', 'each setting with where its value comes from, its default and what it is for')
        .option('--json', 'as JSON instead of YAML')
        .action(action(printSettings)),
    )
    .addCommand(clientCommand());
}

/** Loaded when it is needed, so that other commands start at once. */
const settings = async (options: SettingOptions) =>
  (await import('../../config/load-config.js')).readConfig(undefined, settingsIn(options));

async function check(options: SettingOptions): Promise<void> {
  const { strangeVariablesBeside } = await import('../../config/load-config.js');
  for (const words of strangeVariablesBeside(settingsIn(options))) process.stderr.write(`${words}\n`);
  print(false, undefined, () => 'The settings are valid.');
}

async function printSettings({ json, sources, ...options }: PrintOptions & SettingOptions): Promise<void> {
  if (sources) return printSources(json, options);
  const shown = maskValues(await settings(options));
  print(json, shown, () => stringify(shown).trimEnd());
}

async function printSources(json: boolean | undefined, options: SettingOptions): Promise<void> {
  const { readShownSettings } = await import('../../config/load-config.js');
  const settings = readShownSettings(settingsIn(options));
  const text = (value: unknown) => (typeof value === 'string' || value === null ? value : JSON.stringify(value));
  const rows = settings.map((one) => [one.name, text(one.value), one.given_as ?? one.origin, text(one.default), one.description]);
  print(json, settings, () => textTable(['SETTING', 'VALUE', 'FROM', 'DEFAULT', 'FOR'], rows));
}

function clientCommand(): Command {
  const names = terminalConfigurations('').map(({ id }) => id);
  return new Command('client')
    .description('print the configuration of an MCP client, ready to paste')
    .addArgument(new Argument('<name>', 'the client').choices(names))
    .option(...URL_OPTION)
    .option('--api-key <key>', 'the API key (TALLYGATE_API_KEY; default: a placeholder)')
    .option('--json', 'print where it belongs as well, as JSON')
    .action(action(printClient));
}

async function printClient(name: string, options: McpOptions & Options): Promise<void> {
  const { url, apiKey } = { ...readClientSettings(), ...options };
  const { mcp } = await addressesOf(url);
  const found = terminalConfigurations(mcp, apiKey).find(({ id }) => id === name)!;
  const { id, title, ...rest } = found;
  // Where it belongs goes to stderr, so that stdout can be redirected to a file.
  if (!options.json) process.stderr.write(`${title}, ${found.where}:\n`);
  print(options.json, { name: id, client: title, ...rest }, () => found.text);
}
