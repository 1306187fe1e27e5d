import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { canonicalJson } from '../../common/json.js';
import { textOf } from '../../tools/source/content.js';
import type { ToolResult } from '../../tools/source/tool-source.js';
import { DataVersions } from '../datasets/data-versions.service.js';

const ENTRIES_MAX = 5_000;
/** Bound on the estimated memory of all cached results. */
const BYTES_MAX = 64 * 1024 * 1024;
/** A larger result is not cached: it would push out hundreds of others. */
const ENTRY_BYTES_MAX = 4 * 1024 * 1024;
/** Bounds how long rows that were written straight into ClickHouse, past the import, stay unseen. */
const AGE_MAX_MS = 10 * 60 * 1000;
/** A result is cached as text and as an object, which takes about three times as much as the text. */
const BYTES_PER_CHARACTER = 4;

/** Cached results by data version, tool and arguments. An import drops them all. */
@Injectable()
export class ResultCache {
  private readonly results = new LRUCache<string, ToolResult>({
    max: ENTRIES_MAX,
    maxSize: BYTES_MAX,
    maxEntrySize: ENTRY_BYTES_MAX,
    ttl: AGE_MAX_MS,
    sizeCalculation: (result, key) => BYTES_PER_CHARACTER * (key.length + textOf(result).length),
  });

  /** Results found in the cache, and results that had to be computed. */
  readonly lookups = { hit: 0, miss: 0 };
  private version = '';

  constructor(private readonly versions: DataVersions) {}

  get size(): number {
    return this.results.size;
  }

  /**
   * The data version is read before the work, so that a result made from older rows is never cached as one of newer
   * data.
   */
  async get(tool: string, args: Record<string, unknown>, make: () => Promise<ToolResult>): Promise<ToolResult> {
    const version = this.currentVersion();
    const key = `${version} ${tool} ${canonicalJson(args)}`;
    const kept = this.results.get(key);
    this.lookups[kept ? 'hit' : 'miss'] += 1;
    if (kept) return kept;
    const result = await make();
    if (version === this.currentVersion()) this.results.set(key, result);
    return result;
  }

  private currentVersion(): string {
    if (this.version !== this.versions.key) this.results.clear();
    return (this.version = this.versions.key);
  }
}
