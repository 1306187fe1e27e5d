import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { KEY_PREFIXES } from '../../auth/access/credential.js';

export type TokenPrefix = (typeof KEY_PREFIXES)[number];

/** What a well-formed token reveals without a look-up. */
export interface ParsedToken {
  prefix: TokenPrefix;
  /** The 12 characters that find the stored key. */
  tokenId: string;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const ID_LENGTH = 12;
const SECRET_LENGTH = 32;
/** 62^6 is above 2^32, so every CRC-32 fits. */
const CHECKSUM_LENGTH = 6;
const DISPLAY_LENGTH = 12;
const SHAPE = new RegExp(`^(${KEY_PREFIXES.join('|')})[0-9A-Za-z]{${ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH}}$`);

/**
 * A new API key: prefix, 12 characters of id, 32 of secret (190 bits), 6 of CRC-32 over all before. With the
 * checksum, a mistyped or cut key is refused, and a leaked one found by scanners, without any look-up.
 */
export function createToken(prefix: TokenPrefix): { token: string; tokenId: string } {
  const body = prefix + randomBase62(ID_LENGTH + SECRET_LENGTH);
  return { token: body + checksum(body), tokenId: tokenIdOf(body, prefix) };
}

/** Whether a text looks like a key that was made here, were it not for its checksum. */
export const hasTokenShape = (text: string): boolean => SHAPE.test(text);

/** Undefined when the text cannot be a key: wrong shape or wrong checksum. */
export function parseToken(text: string): ParsedToken | undefined {
  const prefix = SHAPE.exec(text)?.[1] as TokenPrefix | undefined;
  if (prefix === undefined) return undefined;
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return checksum(body) === text.slice(-CHECKSUM_LENGTH) ? { prefix, tokenId: tokenIdOf(text, prefix) } : undefined;
}

/** The first 12 characters: enough for its owner to recognise a key, and none of the secret. Of a secret made elsewhere, a quarter. */
export function displayPrefix(token: string): string {
  return token.slice(0, hasTokenShape(token) ? DISPLAY_LENGTH : Math.min(DISPLAY_LENGTH, token.length / 4));
}

const tokenIdOf = (token: string, prefix: TokenPrefix): string => token.slice(prefix.length, prefix.length + ID_LENGTH);

/** The last 6 characters of a token whose others these are. */
export function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
    text = BASE62[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** Bytes from 248 up are thrown away: 256 is no multiple of 62, and keeping them would favour the first letters. */
function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) if (byte < 248 && text.length < length) text += BASE62[byte % 62];
  }
  return text;
}
