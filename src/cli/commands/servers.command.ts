import { Command, Option } from 'commander';
import { text } from 'node:stream/consumers';
import type { components } from '../../client/gateway-client.js';
import { argumentsFromJson, argumentsFromPairs } from '../gateway/call-arguments.js';
import { action, CliFailure, EXIT } from '../terminal/cli-failure.js';
import { onRest } from '../gateway/on-rest.js';
import { print } from '../terminal/output.js';
import { textTable } from '../terminal/text-table.js';
import { waitingWords } from '../../servers/pool/waiting-offers.js';
import { ID, serverCommand, type ServerOptions } from './servers/server-command.js';
import { approveCommand, pinsCommand } from './servers/server-pins.commands.js';
import { changedText } from './servers/tool-changes-text.js';

type Server = components['schemas']['ServerDto'];
type Edit = components['schemas']['EditToolDto'];
type Health = components['schemas']['ServerHealthDto'];

const EXAMPLES = `
Examples:
  tallygate servers list
  tallygate servers add file-server base_path=/data
  tallygate servers add http --name search --config - < search-server.json
  tallygate servers add http --pool search --config - < second-search-server.json
  tallygate servers check file-server
  tallygate servers change file-server write_file --off
  tallygate servers change search find --name look_up --set tenant=acme limit=20
  tallygate servers tools file-server --diff
  tallygate servers approve file-server read_file@6c1f0e2ab9d4
  tallygate servers remove file-server

A server is made from a template of gateway.yaml (docs/servers.md). \`tallygate servers add --help\` and so on say more of each.`;

/** `tallygate servers`: the MCP servers behind the gateway. */
export function serversCommand(): Command {
  return new Command('servers')
    .description(
      'list, add, remove and check the MCP servers behind the gateway, approve what they offer, and change their tools',
    )
    .addHelpText('after', EXAMPLES)
    .addCommand(serverCommand('list', 'list the servers and their health').action(action(list)))
    .addCommand(addCommand())
    .addCommand(
      serverCommand('remove', 'remove a server; its running calls fail')
        .argument(...ID)
        .action(action(remove)),
    )
    .addCommand(
      serverCommand('check', 'check the health of a server now')
        .argument(...ID)
        .action(action(check)),
    )
    .addCommand(pinsCommand())
    .addCommand(approveCommand())
    .addCommand(changeCommand());
}

async function list({ json, ...access }: ServerOptions): Promise<void> {
  const servers = await onRest(access, (gateway) => gateway.listServers({ include_health: true }));
  print(json, servers, () => listText(servers));
}

/** What is wrong, and what waits for approval, stands below, since a column would cut it off. */
function listText(servers: Server[]): string {
  const table = textTable(['NAME', 'POOL', 'TEMPLATE', 'STATE', 'MS', 'PROBLEM', 'ID'], servers.map(row));
  const notes = servers.flatMap((server) =>
    [problemOf(server), waitingOf(server)].flatMap((words) => (words ? [`${server.name}: ${words}`] : [])),
  );
  return [table, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

const waitingOf = ({ name, health }: Pick<Server, 'name' | 'health'>) => waitingWords(name, health?.waiting_for_approval);

function row(server: Server): unknown[] {
  const { name, pool, template_name, enabled, health, id } = server;
  const state = enabled ? health?.status : 'switched off';
  return [name, pool, template_name, state, health?.latency_ms, problemOf(server), id];
}

const problemOf = ({ problem, health }: Server) => problem ?? health?.error ?? differenceIn(health);

const differenceIn = ({ differs }: Partial<Health> = {}) =>
  differs && `differs from its pool and gets no calls of ${differs.join(', ')}`;

function addCommand(): Command {
  return serverCommand('add', 'register a server made from a template')
    .argument('<template>', 'a template defined or enabled in gateway.yaml, e.g. file-server')
    .argument('[key=value...]', 'the values the template requires; JSON, else text')
    .option('--name <name>', 'what it is called (default: as its template or its host)')
    .option('--pool <name>', 'the pool whose calls it shares, an existing or a new one (default: its own)')
    .option('--config <json>', 'all values as one JSON object; - reads it from stdin')
    .action(action(add));
}

interface AddOptions extends ServerOptions {
  name?: string;
  pool?: string;
  config?: string;
}

async function add(template: string, pairs: string[], { json, name, pool, config, ...access }: AddOptions): Promise<void> {
  if (config !== undefined && pairs.length > 0) throw new CliFailure('Give --config or key=value, not both.', EXIT.usage);
  const given = config === undefined ? argumentsFromPairs(pairs, {}) : argumentsFromJson(await textOf(config), '--config');
  const names = { ...(name !== undefined && { name }), ...(pool !== undefined && { pool }) };
  const registration = { template_name: template, ...names, config: given };
  const server = await onRest(access, (gateway) => gateway.registerServer(registration));
  print(json, server, () => addedText(server));
}

function addedText(server: Server): string {
  const { name, pool, id, health } = server;
  const added = `Added ${name} (${id})${pool === name ? '' : ` to the pool ${pool}`}.`;
  const waiting = waitingOf(server);
  if (!health?.error) return `${added} Its tools: tallygate tools${waiting && `\n${waiting}`}`;
  return `${added} It cannot serve yet: ${health.error}\nOnce that is mended: tallygate servers check ${name}`;
}

const textOf = (config: string) => (config === '-' ? text(process.stdin) : Promise.resolve(config));

async function remove(id: string, { json, ...access }: ServerOptions): Promise<void> {
  await onRest(access, (gateway) => gateway.removeServer(id));
  print(json, { removed: id }, () => `Removed ${id}.`);
}

async function check(id: string, { json, ...access }: ServerOptions): Promise<void> {
  const health = await onRest(access, (gateway) => gateway.checkServer(id));
  print(json, health, () => healthText(id, health));
  if (health.status === 'unhealthy' || health.status === 'unknown') process.exitCode = EXIT.failed;
}

function healthText(name: string, health: Health): string {
  const { status, latency_ms, error } = health;
  const latency = latency_ms === null ? '' : `, answered in ${latency_ms} ms`;
  const waiting = waitingOf({ name, health });
  return `${name} is ${status}${latency}.${error === null ? '' : ` ${error}`}${waiting && `\n${waiting}`}`;
}

function changeCommand(): Command {
  return serverCommand('change', "change a tool for callers; an empty text is the server's own again")
    .argument(...ID)
    .argument('<tool>', "the server's own name of the tool, without a prefix")
    .option('--off', 'callers neither see nor call it')
    .addOption(new Option('--on', 'callers have it again').conflicts('off'))
    .option('--name <name>', 'what callers call it, behind the prefix')
    .option('--title <title>', 'its title')
    .option('--description <text>', 'its description')
    .option('--set <arg=value...>', 'arguments that are the same in every call, which callers do not see; JSON, else text')
    .option('--values <json>', 'such arguments as one JSON object; - reads it from stdin')
    .option('--unset <arg...>', 'arguments that callers send themselves again')
    .action(action(change));
}

interface ChangeOptions extends ServerOptions {
  off?: boolean;
  on?: boolean;
  name?: string;
  title?: string;
  description?: string;
  set?: string[];
  values?: string;
  unset?: string[];
}

async function change(id: string, tool: string, options: ChangeOptions): Promise<void> {
  const edit = await editOf(options);
  if (Object.keys(edit).length === 0) throw new CliFailure('Say what to change: tallygate servers change --help', EXIT.usage);
  const changed = await onRest(options, (gateway) => gateway.changeTool(id, tool, edit));
  print(options.json, changed, () => changedText(tool, changed.changes));
}

async function editOf({ off, on, name, title, description, set = [], values, unset = [] }: ChangeOptions): Promise<Edit> {
  const given = values === undefined ? {} : argumentsFromJson(await textOf(values), '--values');
  const fixed = Object.entries({ ...given, ...argumentsFromPairs(set, {}) }).map(([arg, value]) => [arg, { value }]);
  const args = [...fixed, ...unset.map((arg) => [arg, null])];
  return {
    ...((off || on) && { enabled: on ? null : false }),
    ...(name !== undefined && { name: name || null }),
    ...(title !== undefined && { title: title || null }),
    ...(description !== undefined && { description: description || null }),
    ...(args.length > 0 && { arguments: Object.fromEntries(args) as Edit['arguments'] }),
  };
}
