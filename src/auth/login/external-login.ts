import { isEmail } from 'class-validator';
import { TallygateError } from '../../common/tallygate-error.js';
import type { Role } from '../access/scopes.js';

/** What a token of the operator's own backend says of its bearer. */
export interface ExternalLogin {
  /** Lower case. */
  email: string;
  /** `admin` only when the token says exactly that. */
  role: Role;
  displayName: string | null;
}

/** A token's claims: signed, but by somebody else, so of any shape. */
export type Claims = Record<string, unknown>;

const EMAIL_MAX_CHARS = 254;
const DISPLAY_NAME_MAX_CHARS = 200;
/** `admin@localhost` and the names of an intranet are addresses too. */
const EMAIL = { require_tld: false };

/**
 * Reads a verified token of the operator's own backend as source 002, "JWT Authentication", does: the e-mail is `email`,
 * else `sub`. Stricter in two points: what is no e-mail counts as missing, since it becomes a user's identity here, and a
 * token must end, since an eternal one could only be taken back by changing the secret.
 * @throws UNAUTHORIZED in the source's words.
 */
export function externalLoginOf(claims: Claims): ExternalLogin {
  const email = textOf(claims['email']) ?? textOf(claims['sub']);
  if (!email || email.length > EMAIL_MAX_CHARS || !isEmail(email, EMAIL)) throw refused('missing email');
  if (typeof claims['exp'] !== 'number') throw refused('missing exp');
  return {
    email: email.toLowerCase(),
    role: claims['role'] === 'admin' ? 'admin' : 'user',
    displayName: nameOf(claims['displayName']) ?? nameOf(claims['display_name']) ?? null,
  };
}

/**
 * The role a request with such a token has: admin where both the token and the user here say so. As in source 002 the
 * token's role counts for its request only and is never stored over the user's, which decides what their API keys may do.
 */
export const roleOfRequest = (login: Pick<ExternalLogin, 'role'>, user: { role: Role }): Role =>
  login.role === 'admin' && user.role === 'admin' ? 'admin' : 'user';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value.trim() || undefined : undefined);

/** Shown in lists and terminals, and PostgreSQL stores no NUL: control characters go. */
const nameOf = (value: unknown): string | undefined =>
  textOf(value)
    ?.replace(/\p{Cc}+/gu, ' ')
    .slice(0, DISPLAY_NAME_MAX_CHARS)
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .trim();

const refused = (why: string) => new TallygateError('UNAUTHORIZED', `Invalid token: ${why}`);
