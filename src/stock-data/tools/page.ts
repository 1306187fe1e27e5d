/** A result that may have been cut, as described by the output schema's `pageOutput`. */
export interface Page<Item> {
  items: Item[];
  truncated: boolean;
  /** Arguments to change to get the rest; null when this is all. */
  next_arguments: Record<string, unknown> | null;
}

/** Makes a page from rows read with a limit one above the caller's; the extra row tells that there is more. */
export function page<Item>(
  read: readonly Item[],
  limit: number,
  next: (lastShown: Item, firstLeft: Item) => Record<string, unknown>,
): Page<Item> {
  const items = read.slice(0, limit);
  const firstLeft = read[limit];
  const truncated = firstLeft !== undefined;
  return { items, truncated, next_arguments: truncated ? next(items.at(-1)!, firstLeft) : null };
}
