import { Injectable } from '@nestjs/common';
import type { Approval } from '../../config/template-config.js';
import type { ToolDefinition } from '../connection/definitions.js';
import { formerPinOf } from './former-pin.js';
import { idOf, type OfferedEntry } from './offered-entries.js';
import { ServerPinsRepository, type KnownPin, type SeenPin } from './server-pins.repository.js';

/** Names of a kind that a server may have given in its life: one that invents new ones each time would fill the disk. */
const ENTRIES_MAX = 2_000;
/**
 * Bytes of definitions that are kept of one server: where there are more, those of what it does not offer now make room. Of what comes
 * when there still are, only that it is there.
 */
const BYTES_MAX = 33_554_432;

/** Whether an entry is approved by being seen. */
type Judge = (entry: OfferedEntry) => boolean;
type Known = ReadonlyMap<string, KnownPin>;

/** Writes down what upstream servers offer whenever that is something new, and approves what needs no person for it. */
@Injectable()
export class SeenPins {
  constructor(private readonly repository: ServerPinsRepository) {}

  /** Returns what is known then, by `idOf`. Nothing is written of what is as it was. */
  async note(serverId: string, entries: readonly OfferedEntry[], approval: Approval): Promise<Known> {
    const { pins, bytes } = await this.repository.known(serverId);
    const isApproved = await this.judge(serverId, entries, pins, approval);
    const unknown = entries.filter((entry) => !pins.has(idOf(entry)));
    const canKeep = leavesRoom(entries, pins);
    const changed = entries.filter((entry) => isNews(entry, pins.get(idOf(entry)), isApproved, canKeep));
    if (unknown.length + changed.length === 0) return pins;
    const hasRoom = await this.hasRoomAfter(serverId, entries, [...unknown, ...changed], bytes);
    const seen = (entry: OfferedEntry) => seenPin(entry, isApproved(entry), hasRoom);
    const fitting = await this.makeRoom(serverId, entries, unknown, pins);
    if (fitting.length > 0) await this.repository.add(serverId, fitting.map(seen));
    if (changed.length > 0) await this.repository.change(serverId, changed.map(seen));
    return (await this.repository.known(serverId)).pins;
  }

  /** Whether what comes is kept, after what the server does not offer any more has made room for it. */
  private async hasRoomAfter(
    serverId: string,
    entries: readonly OfferedEntry[],
    coming: readonly OfferedEntry[],
    bytes: number,
  ): Promise<boolean> {
    const wanted = bytes + coming.reduce((sum, { offer }) => sum + Buffer.byteLength(offer.text), 0) - BYTES_MAX;
    if (wanted <= 0) return true;
    await this.repository.dropDefinitions(serverId, entries, wanted);
    return (await this.repository.known(serverId)).bytes < BYTES_MAX;
  }

  /**
   * What was approved once is not approved by being seen as something else. Where an earlier release knew a tool, what was approved
   * there counts, also while replicas are replaced one by one: of what it is now, not of what it was.
   */
  private async judge(serverId: string, entries: readonly OfferedEntry[], known: Known, approval: Approval): Promise<Judge> {
    if (approval === 'off') return () => true;
    const approvedPin = (entry: OfferedEntry) => known.get(idOf(entry))?.approvedPin ?? undefined;
    const isOpen = entries.some((entry) => entry.kind === 'tool' && approvedPin(entry) === undefined);
    const former = isOpen ? await this.repository.formerlyApproved(serverId) : new Map<string, string | null>();
    return (entry) => {
      if (approvedPin(entry) !== undefined) return false;
      if (entry.kind === 'tool' && former.has(entry.name))
        return former.get(entry.name) === formerPinOf(entry.offer as ToolDefinition);
      return approval === 'first_use' && !known.has(idOf(entry));
    };
  }

  /** Those of the unknown entries for which there is room. Resources come and go: those that are gone make room for others. */
  private async makeRoom(
    serverId: string,
    entries: readonly OfferedEntry[],
    unknown: readonly OfferedEntry[],
    known: Known,
  ): Promise<OfferedEntry[]> {
    const counts = new Map<string, number>();
    for (const id of known.keys()) counts.set(kindIn(id), (counts.get(kindIn(id)) ?? 0) + 1);
    const most = (counts.get('resource') ?? 0) + unknown.filter(({ kind }) => kind === 'resource').length - ENTRIES_MAX;
    if (most > 0) {
      const except = entries.filter(({ kind }) => kind === 'resource').map(({ key }) => key);
      counts.set('resource', counts.get('resource')! - (await this.repository.forgetResources(serverId, { except, most })));
    }
    return unknown.filter(({ kind }) => {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return counts.get(kind)! <= ENTRIES_MAX;
    });
  }
}

const kindIn = (id: string): string => id.slice(0, id.indexOf(' '));

/** Whether what is offered now leaves room for more of it. */
const leavesRoom = (entries: readonly OfferedEntry[], known: Known): boolean =>
  entries.reduce((bytes, entry) => bytes + (known.get(idOf(entry))?.bytes ?? 0), 0) < BYTES_MAX;

/** Whether it is known, and to be written: also where its definition is kept nowhere yet. */
function isNews(entry: OfferedEntry, known: KnownPin | undefined, isApproved: Judge, hasRoom: boolean): boolean {
  if (!known) return false;
  if (known.pin === entry.pin && !known.isKept && hasRoom) return true;
  return known.pin !== entry.pin || (known.approvedPin !== entry.pin && isApproved(entry));
}

const seenPin = ({ kind, key, name, pin, offer }: OfferedEntry, approve: boolean, hasRoom: boolean): SeenPin => ({
  ...{ kind, key, name, pin, approve },
  definition: hasRoom ? offer.text : null,
});
