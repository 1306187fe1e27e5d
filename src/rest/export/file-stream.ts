import { Readable } from 'node:stream';
import type { FileFormat } from './export-format.js';
import { fileText } from './file-text.js';
import type { Table } from './table.js';

/** A reader that takes nothing for so long has stalled: the text of 200 rows, mostly less than 100 KB. */
const STALL_MS = 20_000;
/** The longest that a file may be on its way. */
const DURATION_MAX_MS = 3_600_000;

/** A file's text, made as it is read. Whatever ends it also ends the statement that reads its table. */
export class FileStream extends Readable {
  private readonly overdue = setTimeout(() => this.destroy(new Error('it takes longer than an hour')), DURATION_MAX_MS);
  private stalled: NodeJS.Timeout | undefined;

  private constructor(
    private readonly text: AsyncGenerator<string>,
    private readonly gone: AbortController,
  ) {
    super();
  }

  /** Reads the first piece. @throws what that throws */
  static async open<Row extends object>(format: FileFormat, { columns, pieces }: Table<Row>): Promise<FileStream> {
    const gone = new AbortController();
    const reading = pieces(gone.signal);
    const first = await reading.next();
    return new FileStream(fileText(format, columns, startingWith(first, reading)), gone);
  }

  override _read(): void {
    clearTimeout(this.stalled);
    this.text.next().then(
      ({ done, value }) => this.give(done ? null : value),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.stalled);
    clearTimeout(this.overdue);
    this.gone.abort();
    this.text.return(undefined).catch(() => undefined); // a statement that was cancelled fails
    done(error);
  }

  /** It is asked for more once what was given is on its way. */
  private give(text: string | null): void {
    if (this.destroyed) return;
    this.stalled = setTimeout(() => this.destroy(new Error('its reader has stalled')), STALL_MS);
    this.push(text);
  }
}

async function* startingWith<Row>(first: IteratorResult<Row[]>, rest: AsyncGenerator<Row[]>): AsyncGenerator<Row[]> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}
