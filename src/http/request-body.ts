import type { IncomingMessage } from 'node:http';
import { TallygateError } from '../common/tallygate-error.js';
import type { ConfigValues } from '../config/app-config.js';
import { type Middleware, pathOf } from './front-door.js';

const MIB = 1_048_576;
/**
 * Largest body of a request; what one request can hold in memory depends on it. More over MCP, where a tool's arguments may
 * be a document or an image. On REST bodies are forms: strangers send them to the login, and each field is validated.
 */
export const BODY_MAX_BYTES = { mcp: 4 * MIB, rest: MIB } as const;

/** Pieces that are kept apart. A piece may be one byte and takes some hundred; a body of such pieces would take 1.5 GiB. */
const PIECES_MAX = 1_024;

/** Files come at the pace of their sender's line. */
const UPLOAD = /^\/api\/admin\/datasets\/[^/]+\/import$/;

/** Refused as soon as it is known. @throws PAYLOAD_TOO_LARGE where the announced length is beyond the limit. */
function assertAnnouncedLength({ headers }: IncomingMessage, maxBytes: number): void {
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
}

const tooLarge = (maxBytes: number): TallygateError =>
  new TallygateError('PAYLOAD_TOO_LARGE', `The request body is larger than ${maxBytes / MIB} MiB.`);

/**
 * Bounds of the bodies of port 8000, files apart, which may be large and come slowly: one that is announced too large is
 * refused unread, and the connection of one that does not arrive in time is closed.
 */
export function boundedBody({ request_timeout_seconds, upload_timeout_seconds }: ConfigValues['listeners']): Middleware {
  return (request, _, next) => {
    if (!hasBody(request)) return next();
    const isUpload = UPLOAD.test(pathOf(request));
    const seconds = isUpload ? upload_timeout_seconds : request_timeout_seconds;
    const deadline = setTimeout(() => request.complete || request.socket.destroy(), seconds * 1_000);
    request.once('close', () => clearTimeout(deadline));
    if (!isUpload) assertAnnouncedLength(request, BODY_MAX_BYTES.rest);
    next();
  };
}

/** Whether a request announces one. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/**
 * Reads a whole body as text.
 * @throws PAYLOAD_TOO_LARGE as soon as the announced or the received size passes the limit; BAD_REQUEST when the client
 * leaves in the middle, which is its business and not an error of ours.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    assertAnnouncedLength(request, maxBytes);
    const parts: Buffer[] = [];
    let pieces: Buffer[] = [];
    let size = 0;
    request.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > maxBytes) return reject(tooLarge(maxBytes));
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
