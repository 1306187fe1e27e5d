import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../../common/files/private-file.js';
import { readClientSettings } from '../../config/client-settings.js';

/** A login, kept for later commands. */
export interface KeptLogin {
  token: string;
  /** ISO 8601. */
  expires_at: string;
}

type Logins = Record<string, KeptLogin>;

/** The file of kept logins, one per gateway. */
export const loginFile = () => join(readClientSettings().configFolder, 'logins.json');

/** The token for the gateway at this REST URL; undefined when there is none that is still valid. */
export function keptToken(restUrl: string, now = Date.now()): string | undefined {
  const login = readLogins()[restUrl];
  return login && Date.parse(login.expires_at) > now ? login.token : undefined;
}

/** Keeps a login in a file readable only by its user. Expired ones are removed, which bounds the file. */
export function keepLogin(restUrl: string, login: KeptLogin, now = Date.now()): void {
  const valid = Object.entries(readLogins()).filter(([, { expires_at }]) => Date.parse(expires_at) > now);
  mkdirSync(readClientSettings().configFolder, { recursive: true, mode: 0o700 });
  writePrivateFile(loginFile(), JSON.stringify({ ...Object.fromEntries(valid), [restUrl]: login }));
}

/** Removes the login of one gateway. */
export function forgetLogin(restUrl: string): void {
  const { [restUrl]: gone, ...others } = readLogins();
  if (gone) writePrivateFile(loginFile(), JSON.stringify(others));
}

/** A missing or broken file counts as no logins. */
function readLogins(): Logins {
  try {
    const logins: unknown = JSON.parse(readFileSync(loginFile(), 'utf8'));
    return typeof logins === 'object' && logins !== null ? (logins as Logins) : {};
  } catch {
    return {};
  }
}
