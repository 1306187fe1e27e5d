import { isEmail } from 'class-validator';
import { TallygateError } from '../../common/tallygate-error.js';
import type { Role } from '../access/scopes.js';

/** The user named by a token of the operator's own backend. */
export interface ExternalLogin {
  /** Lower case. */
  email: string;
  /** `admin` only when the token says exactly that. */
  role: Role;
  displayName: string | null;
}

/** The claims of a token that another party signed, so of any shape. */
export type Claims = Record<string, unknown>;

const EMAIL_MAX_CHARS = 254;
const DISPLAY_NAME_MAX_CHARS = 200;
/** Hosts without a dot, as in `admin@localhost` or on an intranet, are accepted. */
const EMAIL = { require_tld: false };

/**
 * Reads a verified token of the operator's own backend, as source 002, "JWT Authentication", does: the e-mail is
 * `email`, else `sub`. Stricter in one point: a claim that is not an e-mail counts as missing, since it becomes a
 * user's identity here.
 * @throws UNAUTHORIZED in the source's words
 */
export function externalLoginOf(claims: Claims): ExternalLogin {
  const email = textOf(claims['email']) ?? textOf(claims['sub']);
  if (!email || email.length > EMAIL_MAX_CHARS || !isEmail(email, EMAIL)) throw refused('missing email');
  return {
    email: email.toLowerCase(),
    role: claims['role'] === 'admin' ? 'admin' : 'user',
    displayName: nameOf(claims['displayName']) ?? nameOf(claims['display_name']) ?? null,
  };
}

/**
 * Whoever signed it and whatever its subject: a token that never ends could only be withdrawn by changing the secret.
 * @throws UNAUTHORIZED
 */
export function demandExpiry({ exp }: Claims): void {
  if (typeof exp !== 'number') throw refused('missing exp');
}

/**
 * The role of a request with such a token: admin only if both the token and the stored user say so. As in source 002,
 * the token's role applies to its request only; the stored role, which decides what the user's API keys may do, never
 * changes.
 */
export const roleOfRequest = (login: Pick<ExternalLogin, 'role'>, user: { role: Role }): Role =>
  login.role === 'admin' && user.role === 'admin' ? 'admin' : 'user';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value.trim() || undefined : undefined);

/** Names are shown in lists and terminals, and PostgreSQL stores no NUL, so control characters are removed. */
const nameOf = (value: unknown): string | undefined =>
  textOf(value)
    ?.replace(/\p{Cc}+/gu, ' ')
    .slice(0, DISPLAY_NAME_MAX_CHARS)
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .trim();

const refused = (why: string) => new TallygateError('UNAUTHORIZED', `Invalid token: ${why}`);
