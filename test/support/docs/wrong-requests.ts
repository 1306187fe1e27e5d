import { NOWHERE } from './openapi-requests.js';
import type { Endpoint } from './openapi-walk.js';

/** They have limits of their own, which count wrong passwords. */
export const GUESSABLE = ['/api/auth/password', '/api/auth/session/confirm'];
export const FROM_PORTAL = { 'sec-fetch-site': 'same-origin', 'x-tallygate-portal': '1' };
export const FILE = { 'content-type': 'application/octet-stream' };
export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
export const KLINGON = { 'content-type': 'application/json; charset=klingon', 'content-encoding': 'klingon' };
export const NO_UTF8 = new Uint8Array([0x7b, 0xff, 0x7d]);
export const COMPRESSED = { 'content-encoding': 'gzip' };
export const urlOf = ({ path }: Endpoint, value = NOWHERE) => path.replaceAll(/\{\w+\}/g, value);

/** Who may not do this. */
export const withoutScope = (path: string) =>
  path.startsWith('/tools') ? 'reader' : /^\/(servers|stats)/.test(path) ? 'toolUser' : 'ada';
