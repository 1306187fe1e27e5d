/** Most rows that a page keeps, however long it stays open. */
export const ROWS_MAX = 200;

interface Row {
  id: string;
}

/** New rows before the others, each once, and no more than a page keeps. */
export function withNew<T extends Row>(added: readonly T[], rows: readonly T[]): T[] {
  const known = new Set<string>();
  return [...added, ...rows].filter(({ id }) => !known.has(id) && known.add(id)).slice(0, ROWS_MAX);
}
