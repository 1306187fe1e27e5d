import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

export interface LineExchange {
  input: Readable;
  output: Writable;
  /** A longer line is skipped, whatever it goes on to be. */
  lineMaxBytes: number;
  /** Lines answered at the same time; reading waits while there are as many. */
  inFlightMax: number;
  /** The answer to a line, undefined for none. A line that is too long comes as `null`. Must not reject. */
  answer(line: string | null): Promise<string | undefined>;
}

/** Answers lines with lines, as they get ready. Resolves when the input has ended and every answer is written. */
export async function exchangeLines({ input, output, lineMaxBytes, inFlightMax, answer }: LineExchange): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  const gone = () => input.destroy(); // nobody reads the answers any more
  output.on('error', gone);
  try {
    for await (const line of linesOf(input, lineMaxBytes)) {
      if (inFlight.size >= inFlightMax) await Promise.race(inFlight);
      const work = answer(line)
        .then((text) => write(output, text))
        .finally(() => inFlight.delete(work));
      inFlight.add(work);
    }
  } finally {
    await Promise.all(inFlight);
    output.off('error', gone);
  }
}

/** Lines without their ends, `null` for one that is too long; empty lines are left out. Ends when the input is destroyed, too. */
async function* linesOf(input: Readable, maxBytes: number): AsyncGenerator<string | null> {
  const splitter = new LineSplitter(maxBytes);
  try {
    for await (const chunk of input) yield* splitter.push(chunk as Buffer);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
  yield* splitter.push(Buffer.from('\n'));
}

class LineSplitter {
  private parts: Buffer[] = [];
  private size = 0;

  constructor(private readonly maxBytes: number) {}

  *push(chunk: Buffer): Generator<string | null> {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; from = end + 1, end = chunk.indexOf(10, from)) {
      this.keep(chunk.subarray(from, end));
      const line = this.take();
      if (line !== '') yield line;
    }
    this.keep(chunk.subarray(from));
  }

  /** Of a line that is too long only the length is kept. */
  private keep(part: Buffer): void {
    this.size += part.length;
    if (this.size > this.maxBytes) this.parts = [];
    else this.parts.push(part);
  }

  private take(): string | null {
    const line = this.size > this.maxBytes ? null : Buffer.concat(this.parts).toString('utf8').trim();
    this.parts = [];
    this.size = 0;
    return line;
  }
}

async function write(output: Writable, text: string | undefined): Promise<void> {
  if (text === undefined || output.destroyed) return;
  if (!output.write(`${text}\n`)) await Promise.race([once(output, 'drain'), once(output, 'close')]).catch(() => {});
}
