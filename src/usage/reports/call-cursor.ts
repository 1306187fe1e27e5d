/** The place of a call in a list: when it was admitted, and its id. */
export interface CallPlace {
  /** ISO 8601, UTC, milliseconds. */
  created_at: string;
  id: string;
}

export const CURSOR = /^\d{4}-\d\d-\d\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What follows this call in the list. */
export const cursorOf = ({ created_at, id }: CallPlace): string => `${created_at}_${id}`;

/** The call that a cursor was made of; undefined without one. @param cursor like `CURSOR` */
export function placeOf(cursor: string | undefined): CallPlace | undefined {
  if (cursor === undefined) return undefined;
  const [created_at, id] = cursor.split('_');
  return { created_at: created_at!, id: id! };
}

/**
 * The rows of a page, and whether there may be more behind them. Rows may be neighbours of repeated deliveries of themselves, which are
 * rare, so a second question is. @param read At most `most` rows behind one, newest first
 */
export async function pageOf<Row extends CallPlace>(
  size: number,
  after: CallPlace | undefined,
  read: (last: CallPlace | undefined, most: number) => Promise<Row[]>,
): Promise<{ rows: Row[]; next: string | null }> {
  const rows: Row[] = [];
  for (let last = after, isEnd = false; !isEnd && rows.length <= size;) {
    const piece = await read(last, size + 1);
    for (const row of piece) if (row.id !== last?.id) rows.push((last = row) as Row);
    isEnd = piece.length <= size;
  }
  const page = rows.slice(0, size);
  return { rows: page, next: rows.length > size ? cursorOf(page.at(-1)!) : null };
}
