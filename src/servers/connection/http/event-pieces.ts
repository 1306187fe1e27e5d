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
  for await (const part of body) {
    for (const piece of piecesOf(withLineFeeds(part))) {
      const event = Math.max(piece.lastIndexOf('\n\n'), piece.lastIndexOf('\n\r\n'));
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
    if (part[at + 1] === CR && part[at + 2] === LF) return at + 3;
  }
  return -1;
}

/** A lone CR ends a line too, but takes the parser as long as all that follows it. It may be the first half of a CRLF at the end. */
export function withLineFeeds(part: Buffer): Buffer {
  const last = part.length - 1;
  for (let at = part.indexOf(CR); at !== -1 && at < last; at = part.indexOf(CR, at + 1)) if (part[at + 1] !== LF) part[at] = LF;
  return part;
}
