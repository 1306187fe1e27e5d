import { isDeepStrictEqual } from 'node:util';
import { NOTHING_OFFERED, type OfferedLists } from '../connection/offered-lists.js';
import { ListAge } from './list-age.js';

/** What one server offers: its lists as they were read last, and which of its tools are approved. */
export class ServerOffers {
  private readLists: OfferedLists = NOTHING_OFFERED;
  private pins: ReadonlyMap<string, string> = new Map();
  private readonly age: ListAge;

  /** `onStale` is called when the lists have to be read again. */
  constructor(onStale: () => void) {
    this.age = new ListAge(onStale);
  }

  get lists(): OfferedLists {
    return this.readLists;
  }

  /** The pin of each approved tool, by the server's own name; the same map until another tool is approved. */
  get approved(): ReadonlyMap<string, string> {
    return this.pins;
  }

  /** Whether the lists are too old, or may have changed since they were read. */
  get areStale(): boolean {
    return this.age.isStale;
  }

  /** They have to be read again. */
  expire(): void {
    this.age.expire();
  }

  /** The same, since the server said or did something: as soon as it may be read again. */
  expireInTime(): void {
    this.age.expireInTime();
  }

  /** Asks for the lists, which are offered only after `take`. @throws what `ask` throws; the lists are as stale as before then */
  read(ask: () => Promise<OfferedLists>): Promise<OfferedLists> {
    return this.age.whileReading(ask);
  }

  stop(): void {
    this.age.stop();
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
