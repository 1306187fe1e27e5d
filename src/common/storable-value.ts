/**
 * Says why a parsed value can be no one's business: PostgreSQL stores neither null characters nor halves of surrogate pairs. How deep it
 * nests is bounded before.
 */
export function unstorable(value: unknown): string | undefined {
  if (typeof value === 'string') return flawOf(value);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    const flaw = unstorable(key) ?? unstorable(child);
    if (flaw) return flaw;
  }
  return undefined;
}

function flawOf(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain null characters';
  return text.isWellFormed() ? undefined : 'must be Unicode text';
}
