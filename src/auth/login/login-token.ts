import type { IncomingHttpHeaders } from 'node:http';
import { TallygateError } from '../../common/tallygate-error.js';

const API_KEY = /^(sk-|mcp_)/;

/**
 * The login token a request carries.
 * @throws UNAUTHORIZED in the words of source 002, "JWT Authentication", or saying that an API key will not do here.
 */
export function loginTokenOf(headers: IncomingHttpHeaders): string {
  const { authorization } = headers;
  if (authorization === undefined && headers['x-api-key'] !== undefined) throw keyWillNotDo();
  if (authorization === undefined) throw new TallygateError('UNAUTHORIZED', 'Missing Authorization header');
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw new TallygateError('UNAUTHORIZED', 'Invalid Authorization header format');
  if (API_KEY.test(token)) throw keyWillNotDo();
  return token;
}

function keyWillNotDo(): TallygateError {
  return new TallygateError(
    'UNAUTHORIZED',
    'This endpoint takes a login token, not an API key. POST /api/auth/login gives one; send it as "Authorization: Bearer <token>".',
  );
}
