import type { IncomingMessage } from 'node:http';
import { TallygateError } from '../../common/tallygate-error.js';
import { assertAnnouncedLength, BODY_MAX_BYTES, tooLarge } from '../../http/request-body.js';

const MAX_BYTES = BODY_MAX_BYTES.mcp;
/** Pieces that are kept apart. A piece may be one byte and takes some hundred; a body of such pieces would take 1.5 GiB. */
const PIECES_MAX = 1_024;

/**
 * Reads a whole body as text.
 * @throws PAYLOAD_TOO_LARGE as soon as the announced or the received size passes the limit; BAD_REQUEST when the client
 * leaves in the middle, which is its business and not an error of ours.
 */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    assertAnnouncedLength(request, MAX_BYTES);
    const parts: Buffer[] = [];
    let pieces: Buffer[] = [];
    let size = 0;
    request.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > MAX_BYTES) return reject(tooLarge(MAX_BYTES));
      if (pieces.push(piece) < PIECES_MAX) return;
      parts.push(Buffer.concat(pieces));
      pieces = [];
    });
    request.on('end', () => resolve(textOf([...parts, ...pieces])));
    const cutOff = () => reject(new TallygateError('BAD_REQUEST', 'The request ended before its body did.'));
    request.on('error', cutOff);
    request.on('close', () => request.complete || cutOff());
  });
}

const textOf = (parts: Buffer[]): string => (parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString('utf8');
