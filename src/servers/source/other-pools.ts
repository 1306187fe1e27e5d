/** What a pool has to know of the others, so that none takes what is another's. */
export interface OtherPools {
  /** The names of all pools, its own too. */
  pools: ReadonlySet<string>;
  /** Addresses of pages (MCP Apps) of those before it; of all, when each has been told what its servers offer. */
  pagesTaken: ReadonlySet<string>;
}

export const NO_OTHERS: OtherPools = { pools: new Set(), pagesTaken: new Set() };

/** The pool whose name a name or an address begins with, as those of its tools do. */
export function poolIn(name: string, pools: ReadonlySet<string>): string | undefined {
  const pool = name.slice(0, Math.max(0, name.indexOf('__')));
  return pools.has(pool) ? pool : undefined;
}
