/** Deeper than any honest request; recursion further in, ours and the libraries', is safe below it. */
const DEPTH_MAX = 64;

/** Says why a parsed value can be no one's business: PostgreSQL stores no null characters, and nesting has an end. */
export function unstorable(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return value.includes('\0') ? 'must not contain null characters' : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === DEPTH_MAX) return `must not be nested deeper than ${DEPTH_MAX} levels`;
  for (const [key, child] of Object.entries(value)) {
    const flaw = unstorable(key, depth) ?? unstorable(child, depth + 1);
    if (flaw) return flaw;
  }
  return undefined;
}
