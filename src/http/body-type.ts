import type { IncomingMessage } from 'node:http';
import { TallygateError } from '../common/tallygate-error.js';
import { isPacked } from './body-coding.js';

/** What most endpoints take. */
export const JSON_TYPES = ['application/json'] as const;
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)/i;

/**
 * Lets a body in that is what its endpoint takes, in UTF-8, as it is or as gzip (`mayBePacked`). One that says nothing of itself is refused too: a
 * page of any site may send a form, or text, without asking whether it may.
 * @throws UNSUPPORTED_MEDIA_TYPE
 */
export function assertBodyType(request: IncomingMessage, types: readonly string[], mayBePacked = true): void {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers;
  const isAsItIs = encoding.trim().toLowerCase() === 'identity';
  if (!isAsItIs && !mayBePacked) throw unsupported('Send the body as it is, without Content-Encoding.');
  if (!isAsItIs && !isPacked(request)) throw unsupported('Send the body as it is, or with "Content-Encoding: gzip".');
  if (types.includes(type)) return;
  const [mediaType = ''] = type.split(';', 1);
  if (!types.includes(mediaType.trim().toLowerCase()))
    throw unsupported(`Send the body with the header "Content-Type: ${types.join('" or "')}".`);
  const charset = CHARSET.exec(type)?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) throw unsupported('Send the body in UTF-8.');
}

const unsupported = (words: string) => new TallygateError('UNSUPPORTED_MEDIA_TYPE', words);
