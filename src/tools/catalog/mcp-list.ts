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
}

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
  private isOneForAll = true;

  constructor(private readonly pageSize: number) {}

  /** Whether the list is another one now. */
  replace(entries: Iterable<ListEntry>): boolean {
    this.entries = [...entries].sort((a, b) => (a.key < b.key ? -1 : 1));
    const fingerprint = this.entries.map(({ json }) => json).join('\n');
    if (fingerprint === this.fingerprint) return false;
    this.fingerprint = fingerprint;
    this.isOneForAll = this.entries.every(({ olderJson }) => olderJson === undefined);
    this.pages.clear();
    return true;
  }

  /**
   * What the caller may use of it. `isModern`: for a client of MCP 2026-07-28.
   * @throws BAD_REQUEST for a cursor that is none.
   */
  page(principal: Principal, cursor = '', isModern = true): ListPage {
    const isOlder = !isModern && !this.isOneForAll;
    const key = `${viewOf(principal)}\n${cursor}\n${isOlder}`;
    let page = this.pages.get(key);
    if (!page) this.pages.set(key, (page = this.pageAfter(principal, keyOf(cursor), isOlder)));
    return page;
  }

  private pageAfter(principal: Principal, after: string, isOlder: boolean): ListPage {
    const rest = this.entries.filter((entry) => entry.key > after && mayUse(principal, entry.key));
    const shown = rest.slice(0, this.pageSize);
    const json = `[${shown.map(({ json, olderJson }) => (isOlder && olderJson) || json).join(',')}]`;
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
