import { ConfigProblem } from './config-problem.js';

const HEADERS_MAX = 20;
const VALUE_MAX_CHARS = 4_096;
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
/** Visible characters, spaces and tabs: nothing that could end the line and start a header or a request of its own. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** The connection's and the protocol's own: set by others, they could cut one request into two or confuse eras. */
const RESERVED =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept|mcp-.*|last-event-id)$/i;

/**
 * Headers a registration may add.
 * @throws ConfigProblem with the path of the header.
 */
export function extraHeaders(property: string, value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigProblem([property], 'must be an object');
  const headers = Object.entries(value);
  if (headers.length > HEADERS_MAX) throw new ConfigProblem([property], `must be at most ${HEADERS_MAX} headers`);
  for (const [name, text] of headers) {
    const problem = problemOf(name, text);
    if (problem) throw new ConfigProblem([property, name.slice(0, 100)], problem);
  }
  return Object.fromEntries(headers);
}

function problemOf(name: string, value: unknown): string | undefined {
  if (!NAME.test(name)) return 'must be a header name';
  if (RESERVED.test(name)) return 'is set by the gateway itself';
  if (typeof value !== 'string' || value.length > VALUE_MAX_CHARS || !VALUE.test(value)) return 'must be a header value';
  return undefined;
}
