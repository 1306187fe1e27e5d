/** The pool whose name a name or an address begins with, as those of its tools and pages do. */
export function poolIn(name: string, pools: ReadonlySet<string>): string | undefined {
  const pool = name.slice(0, Math.max(0, name.indexOf('__')));
  return pools.has(pool) ? pool : undefined;
}
