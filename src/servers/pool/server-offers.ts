import { isDeepStrictEqual } from 'node:util';
import { NOTHING_OFFERED, type OfferedLists } from '../connection/offered-lists.js';

/** Lists are read again after this time, since not every server announces its changes. */
const LISTS_MAX_AGE_MS = 5 * 60_000;

/** What one server offers: its lists as they were read last, and which of its tools are approved. */
export class ServerOffers {
  private readLists: OfferedLists = NOTHING_OFFERED;
  private pins: ReadonlyMap<string, string> = new Map();
  /** Of the last reading, monotonic clock, ms. */
  private readAt = -Infinity;

  get lists(): OfferedLists {
    return this.readLists;
  }

  /** The pin of each approved tool, by the server's own name; the same map until another tool is approved. */
  get approved(): ReadonlyMap<string, string> {
    return this.pins;
  }

  /** Whether the lists are too old, or may have changed since they were read. */
  get areStale(): boolean {
    return performance.now() - this.readAt > LISTS_MAX_AGE_MS;
  }

  expire(): void {
    this.readAt = -Infinity;
  }

  /** Asks for the lists, which are offered only after `take`. @throws what `ask` throws; the lists are as stale as before then */
  async read(ask: () => Promise<OfferedLists>): Promise<OfferedLists> {
    const startedAt = performance.now();
    const lists = await ask();
    this.readAt = startedAt;
    return lists;
  }

  /** Offers this from now on; of its tools, the approved ones. Returns whether that is something else than before. */
  take(lists: OfferedLists, approved: ReadonlyMap<string, string>): boolean {
    const [oldLists, oldPins] = [this.readLists, this.pins];
    this.readLists = lists;
    if (!isDeepStrictEqual(oldPins, approved)) this.pins = approved;
    return this.pins !== oldPins || !isDeepStrictEqual(withoutTools(oldLists), withoutTools(lists));
  }
}

/** Of tools, the pins are compared. */
const withoutTools = ({ resources, templates, prompts }: OfferedLists) => ({ resources, templates, prompts });
