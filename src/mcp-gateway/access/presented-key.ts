import type { IncomingHttpHeaders } from 'node:http';

/** `X-API-Key` wins over `Authorization`; Node gives header names in lower case, so any casing works. */
export function presentedKey({ 'x-api-key': apiKey, authorization }: IncomingHttpHeaders): string | undefined {
  if (apiKey !== undefined) return String(apiKey);
  return authorization === undefined ? undefined : authorization.replace(/^Bearer\s+/i, '');
}
