/** Says why a parsed value can be no one's business: PostgreSQL stores no null characters. How deep it nests is bounded before. */
export function unstorable(value: unknown): string | undefined {
  if (typeof value === 'string') return value.includes('\0') ? 'must not contain null characters' : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    const flaw = unstorable(key) ?? unstorable(child);
    if (flaw) return flaw;
  }
  return undefined;
}
