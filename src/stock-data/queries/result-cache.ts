import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { canonicalJson } from '../../common/canonical-json.js';
import { textOf } from '../../tools/source/content.js';
import type { ToolResult } from '../../tools/source/tool-source.js';
import { DataVersions } from '../datasets/data-versions.service.js';

const ENTRIES_MAX = 5_000;
/** Estimated memory of all results kept. */
const BYTES_MAX = 64 * 1024 * 1024;
/** A result above this is not kept: one of them would push out hundreds of others. */
const ENTRY_BYTES_MAX = 4 * 1024 * 1024;
/** Bounds how long rows written past the import, straight into ClickHouse, can stay unseen. */
const AGE_MAX_MS = 10 * 60 * 1000;
/** A result is kept as text and as the object the text is of, which takes about three times as much. */
const BYTES_PER_CHARACTER = 4;

/** Results that repeat, by data version, tool and arguments. An import drops them all. */
@Injectable()
export class ResultCache {
  private readonly results = new LRUCache<string, ToolResult>({
    max: ENTRIES_MAX,
    maxSize: BYTES_MAX,
    maxEntrySize: ENTRY_BYTES_MAX,
    ttl: AGE_MAX_MS,
    sizeCalculation: (result, key) => BYTES_PER_CHARACTER * (key.length + textOf(result).length),
  });

  /** Results that were kept, and that had to be made. */
  readonly lookups = { hit: 0, miss: 0 };
  private version = '';

  constructor(private readonly versions: DataVersions) {}

  get size(): number {
    return this.results.size;
  }

  /** The version is read before the work: a result made of older rows is never kept as one of the newer. */
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
