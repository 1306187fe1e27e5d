import { isDeepStrictEqual } from 'node:util';
import { NOTHING_OFFERED, type OfferedLists } from '../connection/offered-lists.js';

/** Tools in which a server differs from its pool are named up to this. */
const DIFFERING_MAX = 100;

/** What one server offers: its lists as they were read last, and which of its tools are approved. */
export class ServerOffers {
  private readLists: OfferedLists = NOTHING_OFFERED;
  private pins: ReadonlyMap<string, string> = new Map();
  /** Tools of its pool that it lacks or defines otherwise, by the servers' own name. */
  differing: readonly string[] = [];

  get lists(): OfferedLists {
    return this.readLists;
  }

  /** Whether it has said what it offers. */
  get areKnown(): boolean {
    return this.readLists !== NOTHING_OFFERED;
  }

  /** The pin of each approved tool, by the server's own name; the same map until another tool is approved. */
  get approved(): ReadonlyMap<string, string> {
    return this.pins;
  }

  /** Offers this from now on; of its tools, the approved ones. Returns whether that is something else than before. */
  take(lists: OfferedLists, approved: ReadonlyMap<string, string>): boolean {
    const [oldLists, oldPins] = [this.readLists, this.pins];
    this.readLists = lists;
    if (!isDeepStrictEqual(oldPins, approved)) this.pins = approved;
    return this.pins !== oldPins || !isDeepStrictEqual(oldLists, lists);
  }

  /** From now on it differs in these tools. Returns whether it did not before in one of them. */
  differFrom(tools: readonly string[]): boolean {
    const before = this.differing;
    this.differing = tools.slice(0, DIFFERING_MAX);
    return this.differing.some((tool) => !before.includes(tool));
  }
}
