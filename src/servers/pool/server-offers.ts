import { isDeepStrictEqual } from 'node:util';
import type { Admitted } from '../approval/server-pins.service.js';
import { NOTHING_OFFERED, type OfferedLists } from '../connection/definitions.js';
import type { WaitingOffers } from './waiting-offers.js';

/** Tools in which a server differs from its pool are named up to this. */
const DIFFERING_MAX = 100;

/** Names are remembered up to this that wait for approval and are not offered now. */
const WITHHELD_MAX = 2_000;

/** What one server offers: what of its lists is approved, as they were read last. */
export class ServerOffers {
  private readLists: OfferedLists = NOTHING_OFFERED;
  private pins: ReadonlyMap<string, string> = new Map();
  /** Why its lists could not be read the last time; null where they could. */
  problem: string | null = null;
  waiting: WaitingOffers = {};
  /** Tools, by name, and resources, by address, that wait for approval, those too that are not offered at the moment. */
  withheld: ReadonlySet<string> = new Set();
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

  /** Offers this from now on. Returns whether that is something else than before. */
  take({ lists, approved, waiting, withheld }: Admitted): boolean {
    const [oldLists, oldPins] = [this.readLists, this.pins];
    this.readLists = lists;
    this.waiting = waiting;
    this.withheld = stillWithheld(this.withheld, withheld, lists);
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

/** What is approved now is not withheld any more; what is not even offered stays so. */
function stillWithheld(before: ReadonlySet<string>, now: ReadonlySet<string>, { tools, resources }: OfferedLists): Set<string> {
  const admitted = new Set([...tools, ...resources].map(({ id }) => id));
  const kept = [...before].filter((id) => !admitted.has(id) && !now.has(id)).slice(-WITHHELD_MAX);
  return new Set([...kept, ...now]);
}
