import { LRUCache } from 'lru-cache';

/** A cache that forgets what was used longest ago. */
export type Lru<Key extends string | object, Value extends NonNullable<unknown>> = LRUCache<Key, Value>;

/**
 * A cache of at most so many entries, whose memory grows with them. Given `max`, lru-cache allots what all entries would take, and 100 000
 * that nobody has are 3 MB.
 */
export const lruOf = <Key extends string | object, Value extends NonNullable<unknown>>(
  entriesMax: number,
  options: Pick<LRUCache.Options<Key, Value, unknown>, 'ttl' | 'ttlResolution' | 'perf'> = {},
): Lru<Key, Value> => new LRUCache<Key, Value>({ maxSize: entriesMax, sizeCalculation: () => 1, ...options });
