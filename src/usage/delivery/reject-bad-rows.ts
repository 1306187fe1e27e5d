import type { RejectedRow } from './usage-batch.repository.js';

/** A parser's message may quote the line, so it is cut. */
const REASON_MAX_CHARS = 1_000;

export interface IsolationOptions {
  /** Inserts lines; `from` is the position of the first, so that a repetition can be recognised. */
  insert: (lines: string[], from: number) => Promise<void>;
  /** Whether the lines cause the failure, so that it would come again. Any other failure ends the search. */
  isRowFault: (error: unknown) => boolean;
}

/**
 * Delivers every line that can be delivered and names the others, by halving what fails: one bad line among 20 000
 * costs about thirty inserts.
 * @throws What `insert` threw, when the lines are not to blame
 */
export async function isolateRows(lines: string[], options: IsolationOptions, from = 0): Promise<RejectedRow[]> {
  try {
    await options.insert(lines, from);
    return [];
  } catch (error) {
    if (!options.isRowFault(error)) throw error;
    if (lines.length === 1) return [{ index: from, error: reason(error) }];
  }
  const middle = Math.ceil(lines.length / 2);
  const left = await isolateRows(lines.slice(0, middle), options, from);
  return [...left, ...(await isolateRows(lines.slice(middle), options, from + middle))];
}

/** In one line, and without NUL, which a quoted line may hold and PostgreSQL does not store. */
const reason = (error: unknown): string =>
  (error as Error).message.replaceAll('\0', '').replace(/\s+/g, ' ').slice(0, REASON_MAX_CHARS).trim();
