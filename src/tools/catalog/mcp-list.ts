import { LRUCache } from 'lru-cache';
import type { Principal } from '../../auth/access/principal.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { mayUse, viewOf } from './tool-access.js';

/** Serialized pages kept, over all allow-lists. */
const PAGES_MAX = 1_000;

export interface ListEntry {
  /** What allow-lists call it; unique, and what the list is sorted by. */
  key: string;
  /** Its entry in the list, as JSON. */
  json: string;
  /** The same for clients of before MCP 2026-07-28, where it is another one. */
  olderJson?: string | undefined;
  /** Only clients that can ask for a task can use it. */
  needsTask?: boolean | undefined;
}

/** What a client can read and use of lists: by the revision of MCP it speaks. */
export interface ListReader {
  /** 2026-07-28. */
  isModern: boolean;
  /** It can ask for tasks: 2025-11-25. */
  asksForTasks: boolean;
}

/** Of MCP 2026-07-28. */
export const MODERN_READER: ListReader = { isModern: true, asksForTasks: false };

/** A part of a list. */
export interface ListPage {
  /** A JSON array. */
  json: string;
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string;
}

/** A list of MCP in a fixed order, page by page, serialized once for all callers who see the same of it. */
export class McpList {
  private readonly pages = new LRUCache<string, ListPage>({ max: PAGES_MAX });
  private entries: readonly ListEntry[] = [];
  private fingerprint = '';
  private hasOlder = false;
  private hasTasks = false;

  constructor(private readonly pageSize: number) {}

  /** Whether the list is another one now. */
  replace(entries: Iterable<ListEntry>): boolean {
    this.entries = [...entries].sort((a, b) => (a.key < b.key ? -1 : 1));
    const fingerprint = this.entries.map(({ json }) => json).join('\n');
    if (fingerprint === this.fingerprint) return false;
    this.fingerprint = fingerprint;
    this.hasOlder = this.entries.some(({ olderJson }) => olderJson !== undefined);
    this.hasTasks = this.entries.some(({ needsTask }) => needsTask);
    this.pages.clear();
    return true;
  }

  /** What the caller may use of it, and its client can. @throws BAD_REQUEST for a cursor that is none. */
  page(principal: Principal, cursor = '', { isModern, asksForTasks }: ListReader = MODERN_READER): ListPage {
    const reader = { isModern: isModern || !this.hasOlder, asksForTasks: asksForTasks && this.hasTasks };
    const key = `${viewOf(principal)}\n${cursor}\n${reader.isModern}\n${reader.asksForTasks}`;
    let page = this.pages.get(key);
    if (!page) this.pages.set(key, (page = this.pageAfter(principal, keyOf(cursor), reader)));
    return page;
  }

  private pageAfter(principal: Principal, after: string, { isModern, asksForTasks }: ListReader): ListPage {
    const isUseful = ({ key, needsTask }: ListEntry) => mayUse(principal, key) && (asksForTasks || !needsTask);
    const rest = this.entries.filter((entry) => entry.key > after && isUseful(entry));
    const shown = rest.slice(0, this.pageSize);
    const json = `[${shown.map(({ json, olderJson }) => (!isModern && olderJson) || json).join(',')}]`;
    return rest.length > shown.length ? { json, nextCursor: cursorOf(shown.at(-1)!.key) } : { json };
  }
}

/** A cursor is the last entry of the page before, so that it outlives changes of the list. */
const cursorOf = (key: string): string => Buffer.from(key).toString('base64url');

function keyOf(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (cursorOf(key) !== cursor) throw new TallygateError('BAD_REQUEST', 'Invalid params: unknown cursor');
  return key;
}
