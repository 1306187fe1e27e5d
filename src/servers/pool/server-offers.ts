import { isDeepStrictEqual } from 'node:util';
import { NOTHING_OFFERED, type OfferedLists } from '../connection/offered-lists.js';

/** What one server offers: its lists as they were read last, and which of its tools are approved. */
export class ServerOffers {
  private readLists: OfferedLists = NOTHING_OFFERED;
  private pins: ReadonlyMap<string, string> = new Map();

  get lists(): OfferedLists {
    return this.readLists;
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
}
