import { Option, type Command } from 'commander';
import { onRest } from '../../gateway/on-rest.js';
import { action, CliFailure, EXIT } from '../../terminal/cli-failure.js';
import { isConfirmed } from '../../terminal/confirmation.js';
import { print } from '../../terminal/output.js';
import { secondsOf, textTable } from '../../terminal/text-table.js';
import { changedLines, shownLine } from './changed-lines.js';
import { chosenPins } from './chosen-pins.js';
import { pinsOf, type KeptPin } from './kept-pins.js';
import { changedParts, changedText } from './tool-changes-text.js';
import { ID, serverCommand, type ServerOptions } from './server-command.js';

const KINDS: KeptPin['kind'][] = ['tool', 'prompt', 'resource', 'template', 'instructions'];
/** In one request, into which no more addresses of the longest kind fit. */
const APPROVED_AT_ONCE = 100;
/** Enough to name one. */
const PIN_SHOWN_CHARS = 12;

interface PinOptions extends ServerOptions {
  kind?: KeptPin['kind'];
}

interface ApproveOptions extends PinOptions {
  all?: true;
  yes?: true;
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
  return pinCommand('approve', 'approve what is new or has changed, after showing it')
    .argument('[name...]', "the server's own names of it, alone or as NAME@PIN, both from `servers tools`")
    .option('--all', 'all that waits for approval')
    .option('--yes', 'as it is now, unseen and without a question')
    .action(action(approve));
}

async function list(id: string, { json, kind, diff, ...access }: PinOptions & { diff?: true }): Promise<void> {
  const asked = { ...(kind && { kind }), ...(diff && { state: 'quarantined' as const }) };
  const pins = await onRest(access, (gateway) => pinsOf(gateway, id, asked));
  if (json) print(false, pins, () => `[${pins.map((pin) => pin.json).join()}]`);
  else print(false, pins, () => (diff ? diffText(pins) : listText(pins)));
}

/** What is changed of tools stands below in words, as `servers change` has said it. */
function listText(pins: KeptPin[]): string {
  const table = textTable(['KIND', 'NAME', 'PIN', 'STATE', 'SEEN (UTC)', 'WHY', 'FOR CALLERS', 'DESCRIPTION'], pins.map(row));
  const changes = pins.flatMap(({ name, changes }) => (changes ? [changedText(name, changes)] : []));
  return [table, ...(changes.length > 0 ? ['', 'Changed for callers:', ...changes] : [])].join('\n');
}

function row({ kind, name, pin, state, seen_at, reason, approved_definition, changes, description }: KeptPin): unknown[] {
  const why = reason ?? (state !== 'quarantined' ? '' : approved_definition ? 'changed' : 'new');
  const seen = seen_at === null ? '' : secondsOf(seen_at);
  return [kind, shownLine(name), shortPin(pin), state, seen, shownLine(why), changedParts(changes), shownCell(description)];
}

const shortPin = (pin: string | null): string => pin?.slice(0, PIN_SHOWN_CHARS) ?? '';
/** In a table lines may end as they do. */
const shownCell = (text: string): string => shownLine(text.replace(/\s+/g, ' '));

function diffText(pins: KeptPin[]): string {
  if (pins.length === 0) return 'Nothing waits for approval.';
  const heading = ({ kind, name, pin }: KeptPin) => `${kind} ${shownLine(name)} @${shortPin(pin)}`;
  return pins.map((pin) => [heading(pin), ...changedLines(pin)].join('\n')).join('\n\n');
}

async function approve(id: string, names: string[], { json, kind, all, yes, ...access }: ApproveOptions): Promise<void> {
  if (names.length > 0 === Boolean(all)) throw new CliFailure('Name what to approve, or give --all.', EXIT.usage);
  const approved = await onRest(access, async (gateway) => {
    const waiting = await pinsOf(gateway, id, { ...(kind && { kind }), state: 'quarantined' });
    const { chosen, unseen } = all ? { chosen: waiting, unseen: waiting } : chosenPins(names, waiting);
    if (unseen.length > 0 && !yes) await look(unseen);
    for (let at = 0; at < chosen.length; at += APPROVED_AT_ONCE) {
      const pins = chosen.slice(at, at + APPROVED_AT_ONCE).map(({ kind, name, pin }) => ({ kind, name, pin: pin! }));
      await gateway.approvePins(id, { pins });
    }
    return chosen.map(({ kind, name }) => ({ kind, name }));
  });
  print(json, { approved }, () => approvedText(approved));
}

/** @throws CliFailure where nobody says yes to what is shown */
async function look(pins: KeptPin[]): Promise<void> {
  if (!process.stdin.isTTY)
    throw new CliFailure(
      'There is no terminal to show it at. Look with `servers tools --diff`, then name it as name@pin, or give --yes.',
      EXIT.usage,
    );
  process.stderr.write(`${diffText(pins)}\n\n`);
  if (!(await isConfirmed('Approve this?'))) throw new CliFailure('Nothing was approved.');
}

function approvedText(approved: { kind: string; name: string }[]): string {
  if (approved.length === 0) return 'Nothing waits for approval.';
  return approved.map(({ kind, name }) => `Approved ${kind} ${shownLine(name)}.`).join('\n');
}
