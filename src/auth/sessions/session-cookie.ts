import type { CookieOptions, Request, Response } from 'express';
import { mayBeSessionToken } from './session-token.js';

/** A browser takes a cookie of this name over TLS alone, for this host alone, and lets no other host or path set it. */
const SECURE_NAME = '__Host-tallygate';
const NAME = 'tallygate_';
const HTTP_PORT = '80';

type Addressed = Pick<Request, 'secure' | 'host' | 'headers'>;

/** Over plain HTTP with the port the browser asked: all ports of a host share its cookies, and there may be another gateway. */
export const cookieNameOf = ({ secure, host }: Pick<Addressed, 'secure' | 'host'>): string =>
  secure ? SECURE_NAME : NAME + (/:(\d+)$/.exec(host ?? '')?.[1] ?? HTTP_PORT);

/**
 * The session's secret that a request carries. None where the cookie comes twice: another port of the host may have set one with a
 * longer path, so that its victim acts in somebody else's session.
 */
export function sessionTokenOf(request: Addressed): string | undefined {
  const begin = `${cookieNameOf(request)}=`;
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  const [value, ...others] = cookies.filter((cookie) => cookie.startsWith(begin)).map((cookie) => cookie.slice(begin.length));
  return value !== undefined && others.length === 0 && mayBeSessionToken(value) ? value : undefined;
}

/** Gives the browser the session's secret, where no script can read it. */
export function setSessionCookie(response: Response, token: string, expires: Date): void {
  response.cookie(cookieNameOf(response.req), token, { ...optionsFor(response.req), expires });
}

export function clearSessionCookie(response: Response): void {
  response.clearCookie(cookieNameOf(response.req), optionsFor(response.req));
}

const optionsFor = ({ secure }: Request): CookieOptions => ({ path: '/', secure, httpOnly: true, sameSite: 'strict' });
