import type { User } from '../users/user.entity.js';
import type { Claims } from '../external/external-login.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a login token says: whose it is, and the user's version at the login, which any change of who they are counts up. */
export const claimsFor = ({ id, loginVersion }: Pick<User, 'id' | 'loginVersion'>) => ({ sub: id, ver: loginVersion });

/**
 * The user id in a token that Tallygate issued; undefined for any other. Its tokens carry no e-mail, so a backend's tokens may
 * have UUIDs as `sub` too.
 */
export function ownSubject({ sub, email }: Claims): string | undefined {
  return typeof sub === 'string' && UUID.test(sub) && email === undefined ? sub : undefined;
}

/** Whether nothing has ended it. A token from before there were versions counts as one of the first. */
export const isCurrent = ({ ver = 0 }: Claims, user: Pick<User, 'loginVersion'>): boolean => ver === user.loginVersion;
