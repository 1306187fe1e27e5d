import { isDeepStrictEqual } from 'node:util';
import { keyOf } from '../approval/offered-entries.js';
import type { Admitted } from '../approval/server-pins.service.js';
import { NOTHING_OFFERED, type OfferedLists } from '../connection/definitions.js';
import type { WaitingOffers } from './waiting-offers.js';

/** Tools in which a server differs from its pool are named up to this. */
const DIFFERING_MAX = 100;

/** What one server offers: what of its lists is approved, as they were read last. */
export class ServerOffers {
  private readLists: OfferedLists = NOTHING_OFFERED;
  private pins: ReadonlyMap<string, string> = new Map();
  /** Why its lists could not be read the last time; null where they could. */
  problem: string | null = null;
  waiting: WaitingOffers = {};
  /** Names of the tools among them. */
  withheldTools: readonly string[] = [];
  private withheldResources: ReadonlySet<string> = new Set();
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

  /** Whether a resource waits for approval, or did when it was listed the last time: it is not read unlisted or by a template either. */
  withholds(uri: string): boolean {
    return this.withheldResources.size > 0 && this.withheldResources.has(keyOf(uri));
  }

  /** Offers this from now on. Returns whether that is something else than before. */
  take({ lists, approved, waiting, withheldTools, withheldResources }: Admitted): boolean {
    const [oldLists, oldPins, oldWithheld] = [this.readLists, this.pins, this.withheldResources];
    this.readLists = lists;
    this.waiting = waiting;
    this.withheldTools = withheldTools;
    this.withheldResources = withheldResources;
    if (!isDeepStrictEqual(oldPins, approved)) this.pins = approved;
    return this.pins !== oldPins || !isDeepStrictEqual([oldLists, oldWithheld], [lists, withheldResources]);
  }

  /** From now on it differs in these tools. Returns whether it did not before in one of them. */
  differFrom(tools: readonly string[]): boolean {
    const before = this.differing;
    this.differing = tools.slice(0, DIFFERING_MAX);
    return this.differing.some((tool) => !before.includes(tool));
  }
}
