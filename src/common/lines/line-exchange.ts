import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { BoundedLines, type DroppedLine } from './bounded-lines.js';

export interface LineExchange {
  input: Readable;
  output: Writable;
  /** Longer lines are skipped. */
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
      if (line === '') continue;
      if (inFlight.size >= inFlightMax) await Promise.race(inFlight);
      const work = answer(typeof line === 'string' ? line : null)
        .then((text) => write(output, text))
        .finally(() => inFlight.delete(work));
      inFlight.add(work);
    }
  } finally {
    await Promise.all(inFlight);
    output.off('error', gone);
  }
}

/** Ends when the input is destroyed, too. */
async function* linesOf(input: Readable, maxBytes: number): AsyncGenerator<string | DroppedLine> {
  const lines = new BoundedLines(maxBytes);
  try {
    for await (const chunk of input) yield* lines.push(chunk as Buffer);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
  yield* lines.push(Buffer.from('\n')); // the last line may have no end
}

async function write(output: Writable, text: string | undefined): Promise<void> {
  if (text === undefined || output.destroyed) return;
  if (!output.write(`${text}\n`)) await Promise.race([once(output, 'drain'), once(output, 'close')]).catch(() => {});
}
