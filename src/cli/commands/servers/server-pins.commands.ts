import { Option, type Command } from 'commander';
import type { components, GatewayClient } from '../../../client/gateway-client.js';
import { onRest } from '../../gateway/on-rest.js';
import { action, CliFailure, EXIT } from '../../terminal/cli-failure.js';
import { print } from '../../terminal/output.js';
import { secondsOf, textTable } from '../../terminal/text-table.js';
import { changedLines, shownLine } from './changed-lines.js';
import { ID, serverCommand, type ServerOptions } from './server-command.js';

type Pin = components['schemas']['ServerPinDto'];

const KINDS: Pin['kind'][] = ['tool', 'prompt', 'resource', 'template', 'instructions'];
/** As many as one page has, and one request approves. */
const [PAGE_SIZE, APPROVED_AT_ONCE] = [100, 1_000];

interface PinOptions extends ServerOptions {
  kind?: Pin['kind'];
}

const pinCommand = (name: string, description: string): Command =>
  serverCommand(name, description)
    .argument(...ID)
    .addOption(new Option('--kind <kind>', 'only what is of this kind').choices(KINDS));

/** `tallygate servers tools`: what a server offers, and what of it waits for approval. */
export function pinsCommand(): Command {
  return pinCommand('tools', 'list what a server offers, tools first, and what of it is approved')
    .option('--diff', 'show what waits for approval: what was approved, and what it is now')
    .action(action(list));
}

/** `tallygate servers approve`. */
export function approveCommand(): Command {
  return pinCommand('approve', 'approve what is new or has changed, as it is now')
    .argument('[name...]', "the server's own names of it, from `servers tools`")
    .option('--all', 'all that waits for approval')
    .action(action(approve));
}

async function list(id: string, { json, kind, diff, ...access }: PinOptions & { diff?: true }): Promise<void> {
  const asked = { ...(kind && { kind }), ...(diff && { state: 'quarantined' as const }) };
  const pins = await onRest(access, (gateway) => pinsOf(gateway, id, asked));
  print(json, pins, () => (diff ? diffText(pins) : listText(pins)));
}

/** All pages of them. */
async function pinsOf(gateway: GatewayClient, id: string, asked: { kind?: Pin['kind']; state?: Pin['state'] }): Promise<Pin[]> {
  const pins: Pin[] = [];
  for (let page = 1; ; page += 1) {
    const { pins: found, total } = await gateway.listPins(id, { ...asked, page, page_size: PAGE_SIZE });
    pins.push(...found);
    if (found.length === 0 || pins.length >= total) return pins;
  }
}

const listText = (pins: Pin[]): string => textTable(['KIND', 'NAME', 'STATE', 'SEEN (UTC)', 'WHY', 'DESCRIPTION'], pins.map(row));

function row({ kind, name, state, seen_at, reason, approved_definition, description }: Pin): unknown[] {
  const why = reason ?? (state !== 'quarantined' ? '' : approved_definition ? 'changed' : 'new');
  return [kind, name, state, seen_at === null ? '' : secondsOf(seen_at), why, description];
}

function diffText(pins: Pin[]): string {
  if (pins.length === 0) return 'Nothing waits for approval.';
  return pins.map((pin) => [`${pin.kind} ${shownLine(pin.name)}`, ...changedLines(pin)].join('\n')).join('\n\n');
}

async function approve(id: string, names: string[], { json, kind, all, ...access }: PinOptions & { all?: true }): Promise<void> {
  if (names.length > 0 === Boolean(all)) throw new CliFailure('Name what to approve, or give --all.', EXIT.usage);
  const approved = await onRest(access, async (gateway) => {
    const waiting = await pinsOf(gateway, id, { ...(kind && { kind }), state: 'quarantined' });
    const chosen = all ? waiting : named(names, waiting);
    for (let at = 0; at < chosen.length; at += APPROVED_AT_ONCE) {
      const pins = chosen.slice(at, at + APPROVED_AT_ONCE).map(({ kind, name, pin }) => ({ kind, name, pin: pin! }));
      await gateway.approvePins(id, { pins });
    }
    return chosen.map(({ kind, name }) => ({ kind, name }));
  });
  print(json, { approved }, () => approvedText(approved));
}

function named(names: string[], waiting: Pin[]): Pin[] {
  const missing = names.find((name) => !waiting.some((pin) => pin.name === name));
  if (missing !== undefined) throw new CliFailure(`Nothing that is called "${missing}" waits for approval.`);
  return waiting.filter(({ name }) => names.includes(name));
}

function approvedText(approved: { kind: string; name: string }[]): string {
  if (approved.length === 0) return 'Nothing waits for approval.';
  return approved.map(({ kind, name }) => `Approved ${kind} ${shownLine(name)}.`).join('\n');
}
