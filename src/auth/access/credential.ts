import type { IncomingHttpHeaders } from 'node:http';

/** How API keys begin, and no login token does: `sk-` for user keys, `mcp_` for account keys. */
export const KEY_PREFIXES = ['sk-', 'mcp_'] as const;

/** What may stand behind `Bearer` (RFC 6750, section 2.1), and no shorter than 128 bits in base64. */
const SECRET = /^[A-Za-z0-9._~+/-]{22,200}={0,2}$/;
/** Login tokens are JWTs, which all begin like this. */
const LOGIN_TOKEN = 'eyJ';

/** Whether a text may be a key that was made elsewhere and brought in. */
export const mayBeForeignSecret = (text: string): boolean => SECRET.test(text) && !text.startsWith(LOGIN_TOKEN);

/**
 * What a request shows to prove who is calling: by its looks an API key or a login token, something that can be neither, or
 * nothing. Whether it is right is for others to say.
 */
export type Credential = { kind: 'key' | 'token' | 'unreadable'; text: string } | { kind: 'none'; text?: undefined };

/** How a client gets in; clients print this to their users. No double quote is in it, so that a challenge can hold it. */
export const HOW_TO_SEND_A_KEY =
  "Send an API key as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'. Keys are created at POST /api/mcp-keys/create.";

const NONE: Credential = { kind: 'none' };
const BEARER = /^Bearer\s+(\S+)$/i;

/**
 * Reads it the same way on both ports. `X-API-Key` wins over `Authorization`, and holds a key whatever it looks like; an empty one
 * beside `Authorization` is a field that a form left empty. In `Authorization`, any white space may follow `Bearer`, and a key may
 * stand alone, as people paste it into a client's form; a login token may not (source 002, "JWT Authentication"). Node gives header
 * names in lower case, so any casing works.
 */
export function credentialOf({ 'x-api-key': apiKey, authorization }: IncomingHttpHeaders): Credential {
  if (apiKey || (apiKey !== undefined && !authorization)) return { kind: 'key', text: String(apiKey) };
  if (authorization === undefined) return NONE;
  const bearer = BEARER.exec(authorization)?.[1];
  const text = bearer ?? authorization;
  if (KEY_PREFIXES.some((prefix) => text.startsWith(prefix)) || mayBeForeignSecret(text)) return { kind: 'key', text };
  return { kind: bearer === undefined ? 'unreadable' : 'token', text };
}
