import { Injectable } from '@nestjs/common';
import type { Actor, AuditEntry } from '../../auth/audit/audit-entry.js';
import { AuditLog } from '../../auth/audit/audit-log.service.js';
import { TallygateError } from '../../common/tallygate-error.js';
import type { Approval } from '../../config/template-config.js';
import { KIND_WORDS, type OfferedLists, type OfferKind } from '../connection/definitions.js';
import { waitingAmong, type WaitingOffers } from '../pool/waiting-offers.js';
import { ServerRegistry } from '../registry/server-registry.service.js';
import { entriesOf, idOf, keyOf, onlyThese, type OfferedEntry } from './offered-entries.js';
import { SeenPins } from './seen-pins.service.js';
import { ServerPinsRepository, type KnownPin, type PinFilter, type ServerPin } from './server-pins.repository.js';

const NAME_SHOWN_CHARS = 128;
const CHANGED_NAMED_MAX = 20;

/** Whose lists are read, and who approves what is in them. */
export interface PinnedServer {
  id: string;
  template: { approval: Approval };
}

/** What of a server reaches callers. */
export interface Admitted {
  /** The pin of each of its tools, by name. No other is listed or called. */
  approved: ReadonlyMap<string, string>;
  lists: OfferedLists;
  /** What waits for approval. */
  waiting: WaitingOffers;
  /** Names of the tools among them. */
  withheldTools: readonly string[];
  /** The `keyOf` of each resource among them, and of those that waited when they were offered the last time. */
  withheldResources: ReadonlySet<string>;
}

/** An entry to approve, by the pin of what was looked at. */
export interface ApprovedPin {
  kind: OfferKind;
  name: string;
  pin: string;
}

/** What of upstream servers is approved: no server can change what something means without another approval. */
@Injectable()
export class ServerPins {
  constructor(
    private readonly repository: ServerPinsRepository,
    private readonly seen: SeenPins,
    private readonly registry: ServerRegistry,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Decides what of a server passes, whenever its lists have been read: each entry whose definition means what was approved. With
   * `first_use` that is what was seen first; with `off` everything passes, and is approved by being seen.
   */
  async admit({ id, template: { approval } }: PinnedServer, lists: OfferedLists): Promise<Admitted> {
    const entries = await entriesOf(lists);
    const known = await this.seen.note(id, entries, approval);
    const isAdmitted = (entry: OfferedEntry) => approval === 'off' || known.get(idOf(entry))?.approvedPin === entry.pin;
    const [admitted, waiting] = [entries.filter(isAdmitted), entries.filter((entry) => !isAdmitted(entry))];
    return {
      approved: new Map(ofKind('tool', admitted).map(({ name, pin }) => [name, pin])),
      lists: onlyThese(admitted, lists),
      waiting: waitingAmong(waiting),
      withheldTools: ofKind('tool', waiting).map(({ name }) => name),
      withheldResources: new Set(approval === 'off' ? [] : ofKind('resource', [...waiting, ...notApproved(known)]).map(keyIn)),
    };
  }

  /** A part of what these servers have ever offered, in their order, by kind and name, and how many entries there are. */
  list(
    serverIds: readonly string[],
    filter: PinFilter,
    part: { limit: number; offset: number },
  ): Promise<{ pins: ServerPin[]; total: number }> {
    return this.repository.of(serverIds, filter, part);
  }

  /** Undefined for what the server has never offered. */
  find(serverId: string, kind: OfferKind, name: string): Promise<ServerPin | undefined> {
    return this.repository.find(serverId, kind, keyOf(name));
  }

  /** @throws NOT_FOUND for a tool the server has never offered. */
  async tool(serverId: string, name: string): Promise<ServerPin> {
    const known = await this.find(serverId, 'tool', name);
    if (!known) throw notOffered('tool', name);
    return known;
  }

  /**
   * Approves entries as they were looked at, which their pins say: all of them, or none.
   * @throws NOT_FOUND for what the server does not offer, CONFLICT for what changed after it was looked at, or cannot be looked at.
   */
  async approve(by: Actor, serverId: string, pins: readonly ApprovedPin[]): Promise<void> {
    const asked = pins.map((pin) => ({ ...pin, key: keyOf(pin.name) }));
    await this.repository.approve(by.userId, serverId, asked, async (tx, known) => {
      refuseUnseen(asked, known);
      const entries = asked.map((pin) => ({ ...entryFor(pin), subjectId: serverId }));
      await this.audit.writeAll(tx, by, entries);
    });
    await this.registry.reload();
  }
}

const keyIn = ({ key }: KnownPin | OfferedEntry): string => key;

/** What has not been approved since it was seen the last time, whether it is offered now or not. */
const notApproved = (known: ReadonlyMap<string, KnownPin>): KnownPin[] =>
  [...known.values()].filter(({ pin, approvedPin }) => pin !== approvedPin);

const ofKind = <One extends { kind: OfferKind }>(wanted: OfferKind, entries: readonly One[]): One[] =>
  entries.filter(({ kind }) => kind === wanted);

/** Names all that changed, so that whoever looked at many knows which to look at again. */
function refuseUnseen(asked: readonly (ApprovedPin & { key: string })[], known: ReadonlyMap<string, KnownPin>): void {
  const missing = asked.find((pin) => !known.has(idOf(pin)));
  if (missing) throw notOffered(missing.kind, missing.name);
  const changed = asked.filter((pin) => known.get(idOf(pin))!.pin !== pin.pin);
  if (changed.length > 0) throw new TallygateError('CONFLICT', changedWords(changed));
  const unkept = asked.find((pin) => !known.get(idOf(pin))!.isKept);
  if (unkept) throw new TallygateError('CONFLICT', `Nobody can look at the ${nameOf(unkept.kind, unkept.name)}: ${NOT_KEPT}`);
}

function changedWords(changed: readonly ApprovedPin[]): string {
  const named = changed.slice(0, CHANGED_NAMED_MAX).map(({ kind, name }) => `the ${nameOf(kind, name)}`);
  const rest = changed.length - named.length;
  const what = [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
  const [has, it] = changed.length > 1 ? ['have', 'them'] : ['has', 'it'];
  return `${what[0]!.toUpperCase()}${what.slice(1)} ${has} changed since you looked at ${it}. Look at ${it} again, then approve ${
    changed.length > 1 ? 'their new pins' : 'its new pin'
  }.`;
}

const NOT_KEPT = 'its definition is not kept, since those of this server take too much room.';

const notOffered = (kind: OfferKind, name: string) =>
  new TallygateError('NOT_FOUND', `The server offers no ${nameOf(kind, name)}.`);

const nameOf = (kind: OfferKind, name: string): string => `${KIND_WORDS[kind]} "${name.slice(0, NAME_SHOWN_CHARS)}"`;

const entryFor = ({ kind, name, pin }: ApprovedPin): Pick<AuditEntry, 'action' | 'details'> =>
  kind === 'tool'
    ? { action: 'tool.approved', details: { tool_name: name, pin } }
    : { action: 'pin.approved', details: { kind, name: name.slice(0, NAME_SHOWN_CHARS), pin } };
