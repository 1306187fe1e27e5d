import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** A request with the name it has in answers and in the log. */
export interface IdentifiedRequest extends IncomingMessage {
  id: string;
  /** What is asked, where the path does not tell, e.g. `tools/call greet`. For the log. */
  operation?: string;
}

/** Short, and without anything that could forge a header, a log line or markup. */
const HARMLESS = /^[\w.:+/=-]{1,64}$/;

/** A request's name: as its caller gave it in `X-Request-Id` when that is harmless, else a new one. */
export function requestIdOf({ 'x-request-id': given }: IncomingHttpHeaders): string {
  return typeof given === 'string' && HARMLESS.test(given) ? given : randomUUID();
}

/** The path as it came in, without the query, which may carry secrets. Express shortens `url` on its way through routers. */
export const pathOf = ({ url, originalUrl = url! }: IncomingMessage & { originalUrl?: string }): string =>
  originalUrl.split('?', 1)[0]!;
