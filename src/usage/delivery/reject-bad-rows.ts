import type { RejectedRow } from './usage-batch.repository.js';

/** Of a parser's message, which may quote the line. */
const REASON_MAX_CHARS = 1_000;

export interface IsolationOptions {
  /** Sends some lines; `from` is the place of the first of them, so that a repetition can be recognised. */
  insert: (lines: string[], from: number) => Promise<void>;
  /** Whether the failure lies in the lines and would come again. Anything else ends the isolation. */
  isRowFault: (error: unknown) => boolean;
}

/**
 * Delivers every line that can be delivered and names those that cannot, by halving what fails: one bad line among
 * 20 000 costs about thirty inserts.
 * @throws what `insert` threw, when it is not a row's fault.
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
