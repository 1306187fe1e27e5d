import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TallygateError } from '../common/tallygate-error.js';
import { hasBody } from './request-body.js';
import type { IdentifiedRequest } from './front-door.js';

/** How long a client that was answered early may go on sending before its connection is closed. */
const LINGER_MS = 2_000;
const CHALLENGE = 'Bearer realm="tallygate"';
/** What a quoted text in a header may not hold (RFC 6750, section 3). */
const NOT_IN_HEADER = /[^\x20-\x21\x23-\x5b\x5d-\x7e]/g;

/** An answer that is made as a whole. */
export interface WholeAnswer {
  status: number;
  /** Instead of the status's own words; see `inHeader`. */
  reason?: string;
  headers: Record<string, string>;
  /** JSON; absent for an empty answer. */
  body?: string;
}

/**
 * Sends an answer under the request's name. One that is early, while the body is still arriving, ends when the rest has been
 * read and thrown away; after 2 s the connection is closed. Closing it at once would reset it under a client that is busy
 * sending and has not read the answer yet.
 */
export function sendAnswer(request: IdentifiedRequest, response: ServerResponse, answer: WholeAnswer): void {
  const { status, reason, headers, body } = answer;
  const content: Record<string, string | number> =
    body === undefined
      ? { 'Content-Length': 0 }
      : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, reason, { 'X-Request-Id': request.id, ...content, ...headers });
  if (request.complete || !hasBody(request)) response.end(body);
  else endWhenRead(request, response, body);
}

function endWhenRead(request: IncomingMessage, response: ServerResponse, body = ''): void {
  const cutOff = () => response.end(() => request.socket.destroy());
  const deadline = setTimeout(cutOff, LINGER_MS);
  response.once('close', () => clearTimeout(deadline)).write(body);
  request.once('end', () => response.end()).resume();
}

/**
 * What a refusal says in headers: when to come back, and with 401 what to send, in the words of the error. The challenge names
 * a credential that was wrong an `invalid_token`, and none that did not come (RFC 6750, section 3).
 */
export function refusalHeaders({ code, message, extras }: TallygateError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (extras.retryAfterSeconds !== undefined) headers['Retry-After'] = `${Math.ceil(extras.retryAfterSeconds)}`;
  if (code === 'UNAUTHORIZED') {
    const error = extras.isCredentialMissing ? '' : ', error="invalid_token"';
    headers['WWW-Authenticate'] = `${CHALLENGE}${error}, error_description="${inHeader(message)}"`;
  }
  // A login with a wrong password came without a token.
  if (code === 'INVALID_CREDENTIALS') headers['WWW-Authenticate'] = CHALLENGE;
  return headers;
}

/** Words as a header can hold them, and the status line. */
export const inHeader = (words: string): string => words.replaceAll(NOT_IN_HEADER, "'");
