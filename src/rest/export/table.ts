/** A table that is too long to be held: its rows come piece by piece. */
export interface Table<Row extends object> {
  /** Of the file: letters, digits and dashes. */
  name: string;
  /** Members of a row, in the order of the columns. */
  columns: readonly (keyof Row & string)[];
  /** Reads on from where the piece before ended, when it is asked for the next one. `gone` fires when nobody waits any more. */
  pieces: (gone: AbortSignal) => AsyncGenerator<Row[]>;
}

/**
 * The pieces of what is read by where the one before ended. Nothing is open between two pieces, so a reader may take its time.
 * @param read At most `most` rows after `last`, or the first ones.
 */
export async function* piecesOf<Row>(most: number, read: (last: Row | undefined) => Promise<Row[]>): AsyncGenerator<Row[]> {
  let last: Row | undefined;
  for (;;) {
    const piece = await read(last);
    if (piece.length > 0) yield piece;
    if (piece.length < most) return;
    last = piece.at(-1);
  }
}
