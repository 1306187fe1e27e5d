import type { IncomingHttpHeaders } from 'node:http';
import { ToolInputError } from '../../tools/source/tool-source.js';
import type { ServerTemplate } from '../templates/server-template.js';

/** Of one call in all. Servers take 8 to 16 KiB of headers. */
const FORWARDED_MAX_CHARS = 8_192;

/**
 * The headers of a caller's request that go on to servers of a template, by the names that the servers know, in lower case.
 * @throws ToolInputError when they are too long
 */
export function forwardedHeaders(
  { forward_headers }: Pick<ServerTemplate, 'forward_headers'>,
  sent: IncomingHttpHeaders,
): Record<string, string> {
  const forwarded: Record<string, string> = {};
  let chars = 0;
  for (const { from, to } of forward_headers) {
    const value = sent[from.toLowerCase()];
    if (value === undefined) continue;
    forwarded[to.toLowerCase()] = String(value);
    chars += to.length + String(value).length;
  }
  if (chars <= FORWARDED_MAX_CHARS) return forwarded;
  const names = forward_headers.map(({ from }) => from).join(', ');
  throw new ToolInputError(`The headers that go on to the server (${names}) have more than ${FORWARDED_MAX_CHARS} characters`);
}
