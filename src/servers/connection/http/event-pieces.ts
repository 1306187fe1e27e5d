import { TOO_LARGE } from '../unusable-answer.js';

const [LF, CR] = [0x0a, 0x0d];
/** Small events come in pieces of about so many bytes and lines, so that reading one takes milliseconds. */
const PIECE_BYTES = 4_096;
const PIECE_LINES = 64;
/** The parser is much slower with a long event in pieces than in one: behind this many bytes, the rest is held until it is complete. */
export const HELD_BYTES = 262_144;
/** Of one event. Each takes the parser a moment. */
const LINES_MAX = 100_000;

export class AnswerTooLarge extends Error {
  override readonly message = TOO_LARGE;
}

/** The bytes of a stream of events. Those of one event are bounded, those of the stream are not. @throws AnswerTooLarge */
export async function* eventPieces(body: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  let lines = 0;
  let held: Buffer[] = [];
  let isAtLine = false;
  const ends = new LineEnds();
  for await (const part of body) {
    for (const piece of piecesOf(ends.asLineFeeds(part))) {
      // What separates two events may come in two parts.
      const event = Math.max(piece.lastIndexOf('\n\n'), isAtLine && piece[0] === LF ? 0 : -1);
      isAtLine = piece.at(-1) === LF;
      size = event === -1 ? size + piece.length : piece.length - event;
      lines = event === -1 ? lines + linesIn(piece) : 0;
      if (size > maxBytes || lines > LINES_MAX) throw new AnswerTooLarge();
      held.push(piece);
      if (event === -1 && size > HELD_BYTES) continue;
      yield held.length === 1 ? piece : Buffer.concat(held);
      held = [];
    }
  }
  if (held.length > 0) yield Buffer.concat(held);
}

/** How many lines end in it. */
export function linesIn(piece: Buffer): number {
  let count = 0;
  for (let at = piece.indexOf(LF); at !== -1; at = piece.indexOf(LF, at + 1)) count += 1;
  return count;
}

/** Cut behind events. */
function* piecesOf(part: Buffer): Generator<Buffer> {
  let from = 0;
  for (let end = endOfPiece(part, from); end !== -1; end = endOfPiece(part, from)) {
    yield part.subarray(from, end);
    from = end;
  }
  if (from < part.length) yield part.subarray(from);
}

/** Behind the first event that ends where the piece is long enough; -1 where none does. */
function endOfPiece(part: Buffer, from: number): number {
  let lines = 0;
  for (let at = part.indexOf(LF, from); at !== -1; at = part.indexOf(LF, at + 1)) {
    if (++lines < PIECE_LINES && at - from < PIECE_BYTES) continue;
    if (part[at + 1] === LF) return at + 2;
  }
  return -1;
}

/** Makes one LF of every end of a line, CR and CRLF too: of a CR the parser looks at all that follows, and waits for what may. */
export class LineEnds {
  private wasCr = false;

  /** In place. The LF that belongs to a CR may come in the next part. */
  asLineFeeds(part: Buffer): Buffer {
    if (!this.wasCr && !part.includes(CR)) return part;
    let to = 0;
    for (let at = 0; at < part.length; at += 1) {
      const byte = part[at]!;
      if (byte !== LF || !this.wasCr) part[to++] = byte === CR ? LF : byte;
      this.wasCr = byte === CR;
    }
    return part.subarray(0, to);
  }
}
