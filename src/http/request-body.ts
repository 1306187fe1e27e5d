import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { jsonWeight } from '../common/json-text/json-weight.js';
import { TallygateError } from '../common/tallygate-error.js';
import type { HeldBody } from './body-budget.js';
import { isPacked, Unpacking } from './body-coding.js';

const MIB = 1_048_576;
/**
 * Largest body of a request; what one request can hold in memory depends on it. More over MCP, where a tool's arguments may
 * be a document or an image. On REST bodies are forms: strangers send them to the login, and each field is validated.
 */
export const BODY_MAX_BYTES = { mcp: 4 * MIB, rest: MIB } as const;
/** Pieces that are kept apart. A piece may be one byte and takes some hundred; a body of such pieces would take 1.5 GiB. */
const PIECES_MAX = 1_024;
const BYTE_ORDER_MARK = 0xfeff;

/** What a body may be. */
export interface BodyBounds {
  maxBytes: number;
  /** Its part of the budget of all. */
  held: HeldBody;
  /** How long it may take to arrive; the listener's own time when absent. */
  seconds?: number;
  /** What is said of a larger one. */
  refusal?: () => TallygateError;
}

/** Bytes that a request says its body has; Infinity where it does not say how many. */
export const announcedLength = ({ headers }: IncomingMessage): number =>
  headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity;

/** Whether a request announces one. */
export const hasBody = (request: IncomingMessage): boolean => announcedLength(request) > 0;

/**
 * Reads a whole body, unpacked where it is gzip. What it takes of the budget is given back when its request is over, and at once when
 * it is refused.
 * @throws PAYLOAD_TOO_LARGE (or `refusal`) as soon as the announced, the received or the unpacked size passes the limit; OVERLOADED
 * where the budget has no room; REQUEST_TIMEOUT; UNSUPPORTED_MEDIA_TYPE for what is no gzip; BAD_REQUEST when the client leaves in
 * the middle, which is its business and not an error of ours.
 */
export function readBody(request: IncomingMessage, response: ServerResponse, bounds: BodyBounds): Promise<Buffer> {
  const { maxBytes, held, seconds, refusal = () => tooLarge(maxBytes) } = bounds;
  return new Promise((resolve, reject) => {
    const announced = announcedLength(request);
    if (announced !== Infinity && announced > maxBytes) throw refusal();
    held.assertRoom(announced === Infinity ? 0 : announced);
    const pieces = new Pieces();
    let isRead = false;
    const unpacking = isPacked(request)
      ? new Unpacking(request, held, { maxBytes, tooLarge: () => stop(refusal()), broken: (error) => stop(error) })
      : undefined;
    const stop = (error: TallygateError) => {
      clearTimeout(deadline);
      unpacking?.end();
      held.release();
      pieces.drop();
      reject(error);
    };
    const deadline = seconds && setTimeout(() => stop(tooSlow(seconds)), seconds * 1_000);
    const hasArrived = () => isRead || (unpacking !== undefined && request.complete);
    const cutOff = () => hasArrived() || stop(new TallygateError('BAD_REQUEST', 'The request ended before its body did.'));
    if (request.destroyed) return void cutOff();
    response.on('close', () => held.release());
    const body = unpacking?.begin() ?? request;
    body.on('data', (piece: Buffer) => {
      try {
        if (pieces.bytes + piece.length > maxBytes) throw refusal();
        held.take(piece.length);
        pieces.add(piece);
      } catch (error) {
        stop(error as TallygateError);
      }
    });
    body.on('end', () => {
      clearTimeout(deadline);
      unpacking?.end();
      isRead = true;
      try {
        const whole = pieces.whole();
        held.weigh(jsonWeight(whole));
        resolve(whole);
      } catch (error) {
        stop(error as TallygateError);
      }
    });
    request.on('error', cutOff);
    request.on('close', cutOff);
  });
}

/** What has arrived so far; nothing any more once it is dropped. */
class Pieces {
  bytes = 0;
  private parts: Buffer[] = [];
  private latest: Buffer[] = [];
  private isDropped = false;

  add(piece: Buffer): void {
    if (this.isDropped) return;
    this.bytes += piece.length;
    if (this.latest.push(piece) < PIECES_MAX) return;
    this.parts.push(Buffer.concat(this.latest));
    this.latest = [];
  }

  drop(): void {
    this.isDropped = true;
    this.parts = this.latest = [];
  }

  whole(): Buffer {
    const all = [...this.parts, ...this.latest];
    return all.length === 1 ? all[0]! : Buffer.concat(all);
  }
}

/** A body as text, without the mark some clients put in front of it; undefined for what is not UTF-8. */
export function textOf(body: Buffer): string | undefined {
  if (!isUtf8(body)) return undefined;
  const text = body.toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

const tooLarge = (maxBytes: number): TallygateError =>
  new TallygateError('PAYLOAD_TOO_LARGE', `The request body is larger than ${maxBytes / MIB} MiB.`);

const tooSlow = (seconds: number): TallygateError =>
  new TallygateError('REQUEST_TIMEOUT', `The request body did not arrive within ${seconds} s.`);
