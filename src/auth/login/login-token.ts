import type { IncomingHttpHeaders } from 'node:http';
import { TallygateError } from '../../common/tallygate-error.js';
import { credentialOf } from '../access/credential.js';

const KEY_WILL_NOT_DO =
  'This endpoint takes a login token, not an API key. POST /api/auth/login gives one; send it as "Authorization: Bearer <token>".';

/**
 * The login token a request carries; an API key beside it does not matter here.
 * @throws UNAUTHORIZED in the words of source 002, "JWT Authentication", or saying that an API key will not do here.
 */
export function loginTokenOf(headers: IncomingHttpHeaders): string {
  const { authorization } = headers;
  const { kind, text } = credentialOf(authorization === undefined ? headers : { authorization });
  if (kind === 'token') return text;
  if (kind === 'key') throw new TallygateError('UNAUTHORIZED', KEY_WILL_NOT_DO);
  if (kind === 'unreadable') throw new TallygateError('UNAUTHORIZED', 'Invalid Authorization header format');
  throw new TallygateError('UNAUTHORIZED', 'Missing Authorization header', { isCredentialMissing: true });
}
